"""Who is told how a run ended, and how: webhook, e-mail, dead-man's-switch ping, any command.

The only home of smtplib. Which events there are is a pure decision on the run's summary (`event`), and so is the text
(`notice`); `receivers` sends. A notice that cannot be delivered changes nothing: what became of each is returned.
"""
