"""Do the ids in a bundle lead anywhere? Duplicate ids, unknown orgs, agents who are nobody."""

from dataclasses import dataclass, field

from schoolgate.oneroster.records import (
    ADULT_CONTACT_ROLES,
    Org,
    Problem,
    ProblemLog,
    Role,
    Status,
    User,
)

# Ids are held in memory, about 300 bytes a user: beyond this many the links are not followed.
MAX_USERS = 500_000


@dataclass
class ReferenceCheck:
    """Takes every org, then every user, then answers. Counts what leads nowhere in `log`."""

    log: ProblemLog
    max_users: int = MAX_USERS
    # A list of changes may refer to records that an earlier bundle brought.
    orgs_are_all_here: bool = True
    users_are_all_here: bool = True
    org_ids: set[str] = field(default_factory=set)
    # Only users that are current have a role here; for the others it is None.
    role_of: dict[str, str | None] = field(default_factory=dict)
    agents_of: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    gave_up: bool = False

    def see_org(self, org: Org, *, line: int) -> None:
        if org.sourced_id in self.org_ids:
            self._warn("duplicate_id", org.sourced_id, line, "orgs", "sourcedId")
        self.org_ids.add(org.sourced_id)

    def see_user(self, user: User, *, line: int) -> None:
        if self.gave_up or len(self.role_of) >= self.max_users:
            self.gave_up = True
            return
        if user.sourced_id in self.role_of:
            self._warn("duplicate_id", user.sourced_id, line, "users", "sourcedId")
        if self.orgs_are_all_here and any(ref.sourced_id not in self.org_ids for ref in user.orgs):
            self._warn("unknown_org", user.sourced_id, line, "users", "orgSourcedIds")
        is_current = user.status is Status.ACTIVE
        self.role_of[user.sourced_id] = user.role if is_current else None
        if user.agents:
            agents = tuple(ref.sourced_id for ref in user.agents)
            self.agents_of[user.sourced_id] = (line, agents)

    def students_with_contact(self) -> int | None:
        """Count the current students whom at least one current adult contact can be found for.

        A link may stand on either side (trap T-15). None when there were too many users to tell,
        or not all of them are here.
        """
        if self.gave_up or not self.users_are_all_here:
            return None
        reached: set[str] = set()
        for sourced_id, (line, agents) in self.agents_of.items():
            if any(agent not in self.role_of for agent in agents):
                self._warn("unknown_agent", sourced_id, line, "users", "agentSourcedIds")
            for agent in agents:
                roles = {sourced_id: self.role_of[sourced_id], agent: self.role_of.get(agent)}
                if ADULT_CONTACT_ROLES.intersection(roles.values()):
                    reached.update(who for who, role in roles.items() if role == Role.STUDENT)
        return len(reached)

    def _warn(self, kind: str, sourced_id: str, line: int, collection: str, column: str) -> None:
        expected = {
            "duplicate_id": "each id once",
            "unknown_org": "ids that are in orgs.csv",
            "unknown_agent": "ids that are in users.csv",
        }[kind]
        self.log.add(
            Problem(
                kind=kind,
                collection=collection,
                position=line,
                severity="warning",
                sourced_id=sourced_id,
                field=column,
                expected=expected,
                file=f"{collection}.csv",
            )
        )
