# What compiled.pyx offers; its numpy arrays are as page_walk.Walked and trees.Masks say.
import numpy as np
import numpy.typing as npt

SOURCE: str  # the digest of what it was compiled from

def walk(
    markup: str,
) -> tuple[list[str], list[str], dict[int, str], npt.NDArray[np.int64], npt.NDArray[np.int64]]: ...
def leaf_values(
    edges: npt.NDArray[np.int32],
    feature: npt.NDArray[np.int32],
    threshold: npt.NDArray[np.float32],
    to_the_right: npt.NDArray[np.uint32],
    values: npt.NDArray[np.float64],
    columns: npt.NDArray[np.float32],
) -> npt.NDArray[np.float64]: ...
def deepest(markup: str) -> int: ...
