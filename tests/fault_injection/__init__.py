"""The fault-injection tests: whatever dies, and whenever, the same command brings every row to one end, none twice.

What is no fault may break the promise too (`troubles`): clocks that are set, other names of the account, numbers in
several writings, channels named or not, answers about other contacts, false refusals, contacts that people add. A seed
has some of these, or those that `--trouble` names; the kills have all of them.

Where contacts are updated, people change and delete them between the commands and during them, right before an answer
shows them and right after; and the sheet changes, empties and clears cells, or says again what it said before. With the
default nothing is lost that a person gave before the answer that a PATCH goes by (`ledger`).

virtual     the real pool, journal, retry, limiter and reports on a virtual clock, by seed, with deaths and faults; of
            four seeds one asks before it sends (`skip`), and one updates
late        the same with a server later than the settle time: the suite must see duplicates
undo        runs are taken back, in the same way: nothing else is deleted, and what was is made anew by a later run; of
            two seeds one updates, and what nobody changed since is given back
undo-kills  the real command `undo` is killed at random moments, and given again until it ends
boundaries  the power goes before and after each thing that must last
disk        the Nth call to SQLite fails
kills       the real command is killed at random moments, and given again until it ends: create, skip, update in turn
sockets     each fault of the sandbox at the first, a middle and the last row, through the real client
mutations   deliberate faults in a copy of the importer, each of which a part must see
mutants     small changes of the code that decides, a sample of which the unit tests must notice (tests/mutation)
secrets     every byte that the kills and the test suite wrote, searched for the token and for phones
"""
