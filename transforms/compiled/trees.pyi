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
