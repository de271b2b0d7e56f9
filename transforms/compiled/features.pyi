import numpy as np
import numpy.typing as npt

SOURCE: int  # the checksum of what it was compiled from

def counts(
    text: str,
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    table: npt.NDArray[np.uint16],
    inside: int,
    upper: int,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint16]]: ...
def words(text: str, factor: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]: ...
def shares(
    said: npt.NDArray[np.uint64],
    of_line: npt.NDArray[np.int64],
    pages: npt.NDArray[np.int64],
    known: npt.NDArray[np.uint64],
    of_page: npt.NDArray[np.int64],
    threes: bool,
    factor: int,
) -> npt.NDArray[np.float64]: ...
def repeats(texts: list[str], pages: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]: ...
def near(
    parent: npt.NDArray[np.int64],
    depth: npt.NDArray[np.int64],
    tag: npt.NDArray[np.int64],
    traits: npt.NDArray[np.uint64],
    first: npt.NDArray[np.int64],
    last: npt.NDArray[np.int64],
    mass: npt.NDArray[np.float64],
    blocks: npt.NDArray[np.float64],
    element: npt.NDArray[np.int64],
    inline: npt.NDArray[np.uint64],
    top: npt.NDArray[np.int64],
    total: npt.NDArray[np.float64],
    trait_count: int,
    tags: npt.NDArray[np.int64],
    scopes: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]: ...
