from segmetrics.plugin import OpenContext


def test_a_context_of_its_own_has_one_thread_and_tells_nobody() -> None:
    context = OpenContext()
    assert context.threads == 1
    context.progress("reading", 1, 2)
