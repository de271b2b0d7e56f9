"""Which characters say more than a letter, and which scripts set no spaces."""

from __future__ import annotations

import pytest

from transforms.scripts import count_dense, has_dense, has_unspaced


@pytest.mark.parametrize(
    ("text", "dense", "unspaced"),
    [
        ("The ferry is back.", 0, False),
        ("“L’été” – déjà vu…", 0, False),
        ("Паром вернулся", 0, False),
        ("עוד מעט", 0, False),
        ("🛳 ferries 🛳", 0, False),
        ("フェリー", 4, True),
        ("ﾌｪﾘｰ", 4, False),
        ("渡轮恢复", 4, True),
        ("여객선 운항", 5, False),
        ("เรือข้ามฟาก", 0, True),
        ("ເຮືອ", 0, True),
        ("សាឡាង", 0, True),
    ],
)
def test_of_each_script_it_is_known_whether_it_is_dense_and_whether_it_is_spaced(
    text: str, dense: int, unspaced: bool
) -> None:
    assert count_dense(text) == dense
    assert has_dense(text) == (dense > 0)
    assert has_unspaced(text) == unspaced


def test_only_the_stretch_that_is_asked_for_is_looked_at() -> None:
    assert has_dense("ferry 渡轮 ferry", 6, 8)
    assert not has_dense("ferry 渡轮 ferry", 0, 6)
    assert not has_dense("ferry 渡轮 ferry", 8)
