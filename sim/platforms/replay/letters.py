"""Letters that only their sender can send: erasure (Art. 17), objection (Art. 21), a request to take a copy down.

Law: Regulation (EU) 2016/679 (GDPR), Articles 12(3), 17, 19 and 21; in the United Kingdom the same articles of the
UK GDPR. This is a form, not legal advice.
"""

from dataclasses import dataclass

from sim.core.clock import iso_date

ANSWER_DAYS = 30
"""Article 12(3) gives a month."""

MOST_LISTED = 200
"""More items than this are named by their number."""


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who writes. name, address: None leaves a blank to fill."""

    name: str | None
    handle: str
    address: str | None
    country: str | None


def letter(action: str, sender: Sender, *, holder: str, items: list[str], date: float) -> str:
    """The text of a letter. items: what it is about; none: all that is held. date: s since 2007."""
    law = "UK GDPR" if sender.country == "GB" else "GDPR, Regulation (EU) 2016/679"
    subject, body = {
        "erase": (f"Request for erasure under Article 17 of the {law}", _ERASE),
        "object": (f"Objection under Article 21 of the {law}", _OBJECT),
        "takedown": ("Request to remove a copy of my post", _TAKEDOWN),
    }[action]
    listed = items[:MOST_LISTED] + ([f"and {len(items) - MOST_LISTED} more"] if len(items) > MOST_LISTED else [])
    what = "\n".join(f"  - {item}" for item in listed) or "  - everything that you hold about this account"
    return "\n".join(
        [
            f"From: {sender.name or '[your name]'}",
            f"      {sender.address or '[an address for the answer]'}",
            f"To:   {holder}, data protection officer",
            f"Date: {iso_date(int(date))}",
            "",
            f"Subject: {subject}",
            "",
            f"Account: {sender.handle}",
            "This concerns:",
            what,
            "",
            body,
            "",
            sender.name or "[your name]",
            "",
        ]
    )


_ERASE = """I ask you to erase the personal data about me named above, without undue delay, under Article 17(1). Where I
gave consent I withdraw it (Article 17(1)(b)); otherwise I object to the processing (Articles 17(1)(c) and 21(1)).
Where you made the data public or passed them on, please inform the recipients (Articles 17(2) and 19) and tell me who
they are. Please answer within one month (Article 12(3)). If you refuse, please give the reasons and the supervisory
authority to which I can complain (Article 12(4))."""

_OBJECT = """I object, on grounds relating to my particular situation, to the processing of my personal data for the
training and improvement of models (Article 21(1)). I did not publish these data for that purpose and cannot take back
what a model has learned from them. Please stop this processing, confirm that the data named above are in no training
set from now on, and answer within one month (Article 12(3))."""

_TAKEDOWN = """You keep a copy of a post that I wrote and have deleted. I am its author, and did not agree to the copy.
Please remove it, and tell me when that is done."""
