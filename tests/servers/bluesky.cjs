// A Bluesky PDS, or the did:plc directory it needs, on loopback: node bluesky.cjs plc PORT | pds PORT PLC_PORT FOLDER
// Two processes, because the directory lives in memory: a PDS that is killed must find it again.
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const net = require('node:net')
const path = require('node:path')

// Neither server can be told an address to listen on; both would take every interface.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (first, ...rest) {
  if (first !== null && typeof first === 'object') return listen.call(this, { ...first, host: '127.0.0.1' }, ...rest)
  return listen.call(this, { port: Number(first), host: '127.0.0.1' }, ...rest.filter((one) => typeof one === 'function'))
}

const [role, port, plcPort, folder] = process.argv.slice(2)
const secret = (name) => createHash('sha256').update(`afterpost test server ${name}`).digest('hex')

async function plc() {
  const { Database, PlcServer } = require('@did-plc/server')
  await PlcServer.create({ db: Database.mock(), port: Number(port) }).start()
}

async function pds() {
  const { PDS, envToCfg, envToSecrets } = require('@atproto/pds')
  fs.mkdirSync(path.join(folder, 'blobs'), { recursive: true })
  const settings = {
    devMode: true,
    hostname: 'localhost',
    port: Number(port),
    dataDirectory: folder,
    blobstoreDiskLocation: path.join(folder, 'blobs'),
    didPlcUrl: `http://localhost:${plcPort}`,
    disableSsrfProtection: true,
    serviceHandleDomains: ['.test'],
    inviteRequired: false,
    crawlers: [],
    rateLimitsEnabled: process.env.RATE_LIMITS === '1',
    bskyAppViewUrl: 'https://appview.invalid',
    bskyAppViewDid: 'did:example:appview',
    adminPassword: secret('admin'),
    jwtSecret: secret('jwt'),
    plcRotationKeyK256PrivateKeyHex: secret('rotation'),
  }
  const server = await PDS.create(envToCfg(settings), envToSecrets(settings))
  await server.start()
}

const roles = { plc, pds }
roles[role]().catch((problem) => {
  console.error(problem)
  process.exit(1)
})
