# Keys as attention reads them are those of the cache: positions are in them, or nowhere.

def places(self, weights: List[Tensor], state: List[Tensor], n: int, inOrder: int) -> List[Tensor]:
  return annotate(List[Tensor], [])

def places_within(self, weights: List[Tensor], state: List[Tensor], slot: Tensor, behind: Tensor) -> List[Tensor]:
  return annotate(List[Tensor], [])

def keys(self, places: List[Tensor], layer: int, k: Tensor) -> Tensor:
  return k
