"""What the lead did, signal by signal; each function is one.

In the words, ``{kind}`` and ``{stage}`` stand for the kind of touch and the funnel
stage that the signal is made for.
"""
