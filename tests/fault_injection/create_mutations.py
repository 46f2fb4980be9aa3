"""Deliberate faults in an import, each of which the fault-injection tests must see."""

from tests.fault_injection.mutation import Change, Mutation

CREATE_MUTATIONS = (
    Mutation(
        name="no intent before the send",
        changes=(
            Change(
                module="journal.claim",
                function="claim_rows",
                old="connection.execute(_CLAIM_CONTACTS, these)",
                new="None",
            ),
            Change(
                module="journal.claim",
                function="record_outcomes",
                old="connection.execute(_SETTLE_CONTACTS, these)",
                new='these |= {"now": settled[0]["at"]}\n'
                "connection.execute(_CLAIM_CONTACTS, these)\n"
                "connection.execute(_SETTLE_CONTACTS, these)",
            ),
        ),
    ),
    Mutation(
        name="outcome written before the reply",
        changes=(
            Change(
                module="worker_pool.pool",
                function="WorkerPool._advance",
                old="job.attempts += 1",
                new="job.attempts += 1\n"
                "from importer.model.replies import Outcome\n"
                "from importer.model.rows import Status\n"
                "self._record(job, Outcome(status=Status.CREATED))",
            ),
        ),
    ),
    Mutation(
        name="in flight at a crash: forgotten",
        changes=(
            Change(
                module="journal.claim",
                function="end_dead_runs",
                old="end_rows(connection, RunKey(run, account), at)",
                new="connection.execute(\"UPDATE rows SET status = 'pending' WHERE status = 'in_flight'\")\n"
                "connection.execute(\"DELETE FROM contacts WHERE status = 'in_flight'\")\n"
                "end_rows(connection, RunKey(run, account), at)",
            ),
        ),
    ),
    Mutation(
        name="in flight at a stop: called unsent",
        changes=(
            Change(
                module="worker_pool.create",
                function="CreateOperation.give_back",
                old="is_in_flight or is_unsure(attempt)",
                new="is_unsure(attempt)",
            ),
        ),
    ),
    Mutation(
        name="500 taken as never arrived",
        changes=(
            Change(
                module="worker_pool.retry_decision",
                function="_after_answer",
                old="_doubt(reply, attempt, policy, jitter)",
                new="(_after_never if reply.http_status == 500 else _doubt)(reply, attempt, policy, jitter)",
            ),
        ),
    ),
    Mutation(
        name="a reset taken as never arrived",
        changes=(
            Change(
                module="worker_pool.retry_decision",
                function="after_post",
                old="_doubt(reply, attempt, policy, jitter)",
                new="_after_never(reply, attempt, policy, jitter)",
            ),
        ),
        part=("virtual", "--seeds", "1..400", "--existing", "create"),
    ),
    Mutation(
        name="no settle time",
        changes=(
            Change(module="worker_pool.retry_decision", function="_doubt", old="policy.settle_seconds", new="0.0"),
        ),
    ),
    Mutation(
        name="no settle time after a crash",
        changes=(
            Change(
                module="worker_pool.retry_decision",
                function="resume",
                old="max(0.0, policy.settle_seconds - run_seconds)",
                new="0.0",
            ),
        ),
        part=("virtual", "--seeds", "740..1000"),
    ),
    Mutation(
        name="one look-up instead of two",
        changes=(Change(module="worker_pool.retry_decision", function="_not_there", old="_NOT_FOUND_NEEDED", new="1"),),
    ),
    Mutation(
        name="a bursting limiter",
        changes=(
            Change(
                module="worker_pool.rate_limiter",
                function="_limiter",
                old="AsyncLimiter(burst, burst / rate)",
                new="AsyncLimiter(max(rate, burst), 1)",
            ),
        ),
    ),
    Mutation(
        name="one number twice in a file: sent twice",
        changes=(
            Change(
                module="journal.enqueue",
                function="enqueue_rows",
                old="duplicates.pop(seq, None)",
                new="None",
            ),
        ),
    ),
    Mutation(
        name="redirects followed",
        changes=(
            Change(
                module="client.http",
                function="CallbellClient.send",
                old="allow_redirects = False",
                new="allow_redirects = True",
            ),
        ),
        part=("sockets", "--only", "redirect_302"),
    ),
    Mutation(
        name="pandas' defaults",
        changes=(
            Change(module="readers.text.parse", function="_columns", old="na_filter = False", new="na_filter = True"),
        ),
        part=("kills", "--kills", "1"),
    ),
)
