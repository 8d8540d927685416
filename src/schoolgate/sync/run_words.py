"""A sync run in plain words: how it stands, what it changed, and whose turn it is. Pure."""

from dataclasses import dataclass

from schoolgate.sync.models import RunKind, RunState, SyncRun

# Colours and icons go with words, never without.
OK, WAIT, BAD, CALM = "ok", "verify", "deny", ""


@dataclass(frozen=True)
class Standing:
    word: str
    tone: str
    icon: str
    sentence: str


STAGES = {
    "": "It is about to start.",
    "collect": "Step 1 of 5: reading the source.",
    "stage": "Step 2 of 5: comparing what came with what was there before.",
    "plan": "Step 3 of 5: working out what must change.",
    "safety": "Step 4 of 5: looking for changes that are too dangerous to make without a person.",
    "apply": "Step 5 of 5: writing the lists, school by school.",
}
STEPS = {"fetch": "Reading and comparing", "decide": "Planning", "apply": "Writing the lists"}

KINDS = {
    "student": ("student", "students"),
    "guardian": ("guardian", "guardians"),
    "relationship": ("relationship", "relationships"),
}
ACTIONS = {
    "added": "added",
    "updated": "updated",
    "transferred": "moved to another school",
    "departed": "left",
    "returned": "came back",
    "removed": "ended",
}

# Whose turn it is after a failure, by the word that the run keeps.
DISTRICT = "It is the district's turn: check this source's settings, or what the SIS shares."
SIS = "It is the turn of whoever runs the SIS. Send them the sentence above: it holds no secret."
NOBODY = "It is nobody's turn: the connection or the server had a bad moment."
NEXT_WHOLE = (
    "It is nobody's turn: the next whole sync reads everything, and tries the question anew."
)
SCHOOLGATE = "It is our turn. Tell Schoolgate support the number of this run."
TURNS = {
    "bad_input": DISTRICT,
    "unsafe_address": DISTRICT,
    "unsupported_version": DISTRICT,
    "not_token_endpoint": DISTRICT,
    "bad_bundle": DISTRICT,
    "cannot_unseal": DISTRICT,
    "not_signed_in": DISTRICT,
    "not_allowed": DISTRICT,
    "not_offered": DISTRICT,
    "source_failed": SIS,
    "server_fault": SIS,
    "rejected": SIS,
    "untrusted_certificate": SIS,
    "not_one_roster": SIS,
    "broken_answer": SIS,
    "too_large": SIS,
    "filter_ignored": NEXT_WHOLE,
    "unreachable": NOBODY,
    "busy": NOBODY,
    "interrupted": NOBODY,
    "superseded": NOBODY,
    "already_running": NOBODY,
}


def counted(number: int, one: str, many: str) -> str:
    """Count things: `1 student`, `1,204 students`."""
    return f"{number:,} {one if number == 1 else many}"


DONE = Standing("Done", OK, "check", "The lists are as the source has them.")
STANDINGS = {
    RunState.QUEUED: Standing("Waiting", CALM, "clock", "It starts as soon as a worker is free."),
    RunState.HELD: Standing(
        "Part waits",
        WAIT,
        "hand-stop",
        "Part of it waits for a person, or was kept back by one. The rest is in.",
    ),
    RunState.APPLIED: DONE,
    RunState.UNCHANGED: Standing(
        "No change", OK, "check", "The lists were already as the source has them."
    ),
    RunState.CANCELLED: Standing(
        "Stopped",
        CALM,
        "hand-stop",
        "Somebody stopped it before anything was written: every list is as it was.",
    ),
}
ONLY_CHANGES = {
    RunState.APPLIED: Standing(
        "Changes in",
        OK,
        "check",
        "It asked the source only for what changed since the sync before, and that is in. The "
        "lists are as old as their last whole sync; the next one looks at everybody.",
    ),
    RunState.UNCHANGED: Standing(
        "No change",
        OK,
        "check",
        "It asked the source only for what changed since the sync before, and nothing was new. The "
        "lists are as old as their last whole sync.",
    ),
}
UNDONE = Standing(
    "Undone", OK, "arrow-back-up", "What an earlier sync did at one school is taken back."
)
UNDONE_IN_PART = Standing(
    "Part waits",
    WAIT,
    "hand-stop",
    "What an earlier sync did at one school is taken back, except for what waits for a person.",
)
STOPPING = Standing(
    "Stopping",
    CALM,
    "hand-stop",
    "It was asked to stop, and stops with the page that it reads. Nothing of it is written.",
)


def standing_of(run: SyncRun) -> Standing:
    """How a run stands, for a chip and one sentence."""
    if run.state == RunState.RUNNING:
        return _standing_of_running(run)
    if run.state == RunState.FAILED:
        return Standing("Failed", BAD, "alert-triangle", run.failure_detail)
    if run.kind == RunKind.UNDO:
        return UNDONE_IN_PART if run.state == RunState.HELD else UNDONE
    if run.complete is False and run.state != RunState.CANCELLED:
        return _not_whole(run)
    own = ONLY_CHANGES if run.kind == RunKind.CHANGES else {}
    state = RunState(run.state)
    return own.get(state, STANDINGS[state])


def _standing_of_running(run: SyncRun) -> Standing:
    if run.cancel_asked_at is not None and run.planned_at is None:
        return STOPPING
    if run.stage == "wait" and run.failure_detail:
        return Standing(
            "Waiting", WAIT, "clock", f"{run.failure_detail} It is tried again by itself soon."
        )
    return Standing("Running", CALM, "refresh", STAGES.get(run.stage, STAGES[""]))


def _not_whole(run: SyncRun) -> Standing:
    return Standing(
        "Not whole",
        WAIT,
        "alert-triangle",
        f"The source did not hand out everything. {run.incomplete_detail} Additions and updates "
        "are in; nobody was removed. The next whole sync decides.",
    )


def changes_in_words(changes: dict[str, int]) -> list[str]:
    """`3 students added`, in a fixed order; what is not in it comes at the end as it is."""
    known = [f"{kind}.{action}" for kind in KINDS for action in ACTIONS]
    words = [
        f"{counted(changes[key], *KINDS[kind])} {ACTIONS[action]}"
        for key in known
        if key in changes
        for kind, _, action in [key.partition(".")]
    ]
    return words + [f"{count:,} {key}" for key, count in changes.items() if key not in known]


def turn_after(run: SyncRun) -> str:
    """Whose turn it is after a failed run."""
    return TURNS.get(run.failure, SCHOOLGATE)


def retry_after(run: SyncRun) -> str:
    """Whether trying again helps."""
    if run.retry_helps:
        return "Trying again later may help, without anybody doing anything."
    return "Trying again does not help until somebody has acted."


def reading_in_words(run: SyncRun) -> str:
    """How much was read."""
    read = f"{run.rows_read:,}, of which {run.rows_unchanged:,} were as before"
    return f"{read}; {counted(run.pages, 'page', 'pages')}" if run.pages else read


def timings_in_words(timings: dict[str, float]) -> list[tuple[str, float]]:
    """Each step that was done, with its seconds."""
    return [(words, timings[step]) for step, words in STEPS.items() if step in timings]
