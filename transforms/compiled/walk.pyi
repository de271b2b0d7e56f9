import numpy as np
import numpy.typing as npt

SOURCE: int  # the checksum of what it was compiled from

def walk(
    markup: str,
) -> tuple[list[str], list[str], dict[int, str], npt.NDArray[np.int64], npt.NDArray[np.int64]]: ...
def outline(markup: str) -> tuple[int, bool]: ...
