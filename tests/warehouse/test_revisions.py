"""Which texts pass for two states of one article, and which do not."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from warehouse.revisions import Candidate, alike, decide, folded

STORM = "Storm closes the harbour. Ferries stayed in port on Monday as gusts reached ninety kilometres an hour."
TOWER = "Council approves the tower. After nine hours the vote was eight to seven in favour of the plan."


def test_a_text_is_like_its_longer_self_and_unlike_another() -> None:
    assert alike(STORM, STORM + " " + TOWER)
    assert alike(STORM, STORM.replace("Monday", "Tuesday"))
    assert not alike(STORM, TOWER)


def test_texts_without_spaces_are_compared_too() -> None:
    assert alike("台風で港が閉鎖され、フェリーは欠航した。", "台風で港が閉鎖され、フェリーは火曜日も欠航した。")
    assert not alike("台風で港が閉鎖され、フェリーは欠航した。", "市議会は九時間の審議の末に新しい塔を承認した。")


def test_titles_are_compared_without_case_spaces_and_punctuation() -> None:
    assert folded("Storm: “Harbour” closed!") == folded("STORM – harbour closed")
    assert folded(None) == ""


@given(st.text(), st.text())
def test_likeness_is_mutual_and_every_text_is_like_itself(one: str, other: str) -> None:
    assert alike(one, one)
    assert alike(one, other) == alike(other, one)


_STATES = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["u1", "u2"]), st.integers(0, 3), st.integers(0, 5)), max_size=12
)


@given(_STATES)
def test_revisions_are_dense_and_the_one_observed_last_is_current(found: list[tuple[str, str, int, int]]) -> None:
    candidates = [
        Candidate(
            row=row,
            input_key=key,
            identity=("url", url),
            title="One title",
            reading_hash=f"{url}{text}",
            observed_at=datetime(2026, 1, 1 + day, tzinfo=UTC),
            observed_origin="sidecar",
        )
        for row, (key, url, text, day) in enumerate(sorted(found, key=lambda f: (f[3], f[0])))
    ]
    decisions = decide(candidates, {}, last_article_id=10, body_of_row=lambda _: STORM, body_of={})
    for url in {c.identity[1] for c in candidates}:
        chain = [d for d in decisions if d.identity[1] == url]
        made = [d for d in chain if d.is_reading]
        assert [d.revision for d in made] == list(range(1, len(made) + 1))
        assert len({d.article_id for d in chain}) == 1
        assert [d.revision for d in chain if d.is_current] == [len(made)]
    assert sorted({d.article_id for d in decisions}) == list(range(11, 11 + len({c.identity for c in candidates})))
