"""What a world shows of the published facts: each module measures one kind, and none of them judges."""
