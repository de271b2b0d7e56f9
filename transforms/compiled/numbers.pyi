import numpy as np
import numpy.typing as npt

SOURCE: int  # the checksum of what it was compiled from

def log_odds(
    edges: npt.NDArray[np.int32],
    feature: npt.NDArray[np.int32],
    threshold: npt.NDArray[np.float32],
    to_the_right: npt.NDArray[np.uint32],
    values: npt.NDArray[np.float64],
    columns: npt.NDArray[np.float32],
) -> npt.NDArray[np.float64]: ...
def masks(
    edges: npt.NDArray[np.int32],
    left: npt.NDArray[np.int32],
    right: npt.NDArray[np.int32],
    leaf_edges: npt.NDArray[np.int32],
    leaf: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.float64]]: ...
def words(text: str, factor: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]: ...
def among(values: npt.NDArray[np.uint64], known: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]: ...
def counts(
    bits: npt.NDArray[np.uint16], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], inside: int, upper: int
) -> npt.NDArray[np.float64]: ...
def inherit(depth: npt.NDArray[np.float32], element: npt.NDArray[np.int32], parent: npt.NDArray[np.int64]) -> None: ...
