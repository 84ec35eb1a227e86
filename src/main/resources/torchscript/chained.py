# What a chain of kernels needs that computes a layer's products, between which operators turn heads, and evict; see step.py. The family
# defines
#   heads_of(weights, w, qkv, turn, own) -> as attention_input, of the product [B, N * Dh] with the layer's first matrix

def room_for_products(self, weights: List[Tensor], x: Tensor) -> Tuple[Tensor, Tensor]:
  # all heads [B, N * Dh], and the MLP's inside [B, I]
  batch = torch.size(x, 0)
  heads = torch.new_empty(x, [batch, torch.size(weights[self.embeddings + 1], 0)])
  return (heads, torch.new_empty(x, [batch, torch.size(weights[self.embeddings + 5], 1)]))

def heads_before_attention(self, weights: List[Tensor], state: List[Tensor], qkv: Tensor, turn: Tensor, places: List[Tensor],
    rows: Tensor, new: List[Tensor], layer: int, n: int) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
  # as before_attention
  q = self.heads_of(weights, self.embeddings + self.perLayer * layer, qkv, turn, self.own(state, new, layer, n))
  return self.held(state, q, places, rows, new, layer, n)

def attention_of(self, q: Tensor, k: Tensor, v: Tensor, row: Tensor, new: List[Tensor], n: int) -> Tensor:
  # [B, H * Dh]
  none = annotate(List[Tensor], [])
  if torch.len(new) == 0:
    a = self.attend(q, k, v, row, none)
  else:
    mask = torch.unsqueeze(torch.masked_fill(torch.new_zeros(q, [n]), new[2], -3e4), 0)
    a = self.attend_within(q, k, v, row, mask, none)
  return torch.contiguous(torch.reshape(a, [torch.size(q, 0), self.width]))

def close_after_logits(self, state: List[Tensor], rows: Tensor, new: List[Tensor], n: int, advance: int) -> NoneType:
  # as close
  self.choose_token(state, advance)
  self.end(state, rows, new, n)
  return None
