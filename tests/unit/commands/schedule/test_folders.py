"""The folders of a night: who is let in."""

from importer.commands.schedule.folders import let_in
from importer.system.service_user import ServiceUser


def test_a_user_is_let_in_by_its_group_and_nobody_else_is() -> None:
    """Only where there is no such user yet, and so no group, everybody is."""
    user = ServiceUser(name="night", home="/home/night", is_there=True)
    assert let_in(user, "r", "/srv/a b.csv") == "chgrp \"$(id -gn night)\" '/srv/a b.csv' && chmod g+r '/srv/a b.csv'"
    assert let_in(ServiceUser(name="new", home="/", is_there=False), "rx", "/srv") == "chmod o+rx /srv"
