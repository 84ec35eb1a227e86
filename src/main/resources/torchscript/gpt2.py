# GPT-2's layers, for the order of step.py. I = 4 D inside the MLP unless a checkpoint says otherwise. `activate` is the
# model's activation.
#
# weights   wte [V, D], wpe [P, D], then per layer: norm gain and bias [D], qkv [3D, D] and [3D],
#           attention projection [D, D] and [D], norm [D] twice, MLP up [I, D] and [I],
#           MLP down [D, I] and [D]; last the final norm's gain and bias.
#           Where biases are columns, the attention projection is [D, D + p] and MLP down [D, I + p] with the bias behind
#           the matrix and zeros behind that, and two rows that they are multiplied by close the list, [B, D + p] and
#           [B, I + p]: what the step writes, then a one and zeros

def embed(self, weights: List[Tensor], token: Tensor, position: Tensor) -> Tensor:
  # token [B] and position [1], or [B, T] and [T]
  return torch.add(torch.embedding(weights[0], token), torch.embedding(weights[1], position))

def turn(self, weights: List[Tensor], position: Tensor) -> Tensor:
  # keys and queries know no positions: the embedding does
  return position

def attention_input(self, weights: List[Tensor], w: int, x: Tensor, turn: Tensor, own: Tensor) -> Tensor:
  h = torch.layer_norm(x, [self.width], weights[w], weights[w + 1], self.epsilon)
  qkv = self.product(h, weights[w + 2], weights[w + 3])
  # [B * T, 3D] -> [3, B, H, T, Dh]
  batch = torch.size(own, 1)
  length = torch.size(own, 3)
  if length == 1:
    # the axis of one token where it has the stride of the others: attention may be planned by strides
    qkv = torch.permute(torch.view(qkv, [batch, 3, self.heads, 1, self.headDim]), [1, 0, 2, 3, 4])
  else:
    qkv = torch.permute(torch.view(qkv, [batch, length, 3, self.heads, self.headDim]), [2, 0, 3, 1, 4])
  torch.copy_(own, torch.narrow(qkv, 0, 1, 2))
  return torch.select(qkv, 0, 0)

def attention_row(self, weights: List[Tensor]) -> List[Tensor]:
  row = annotate(List[Tensor], [])
  if self.biasColumn == 1:
    torch.append(row, weights[-2])
  return row

def attention_output(self, weights: List[Tensor], w: int, x: Tensor, a: Tensor) -> Tensor:
  return self.residual(x, a, weights[w + 4], weights[w + 5], weights[-2])

def mlp(self, weights: List[Tensor], w: int, x: Tensor) -> Tensor:
  h = torch.layer_norm(x, [self.width], weights[w + 6], weights[w + 7], self.epsilon)
  if self.biasColumn == 1:
    # straight into the row that MLP down is multiplied by; this form is for GELU's tanh approximation alone
    g = torch.narrow(weights[-1], 1, 0, torch.size(weights[w + 9], 0))
    if self.activatesInProduct == 1:
      torch._addmm_activation(weights[w + 9], h, torch.t(weights[w + 8]), use_gelu=True, out=g)
    else:
      torch.gelu(self.product(h, weights[w + 8], weights[w + 9]), approximate="tanh", out=g)
  elif self.activatesInProduct == 1:
    g = torch._addmm_activation(weights[w + 9], h, torch.t(weights[w + 8]), use_gelu=True)
  else:
    g = self.activate(self.product(h, weights[w + 8], weights[w + 9]))
  return self.residual(x, g, weights[w + 10], weights[w + 11], weights[-1])

def logits(self, weights: List[Tensor], w: int, x: Tensor, out: Tensor) -> NoneType:
  # the output embedding is the token embedding
  h = torch.layer_norm(x, [self.width], weights[w], weights[w + 1], self.epsilon)
  if self.weightFirst == 1:
    torch.copy_(out, torch.t(torch.mm(weights[0], torch.t(h))))
  else:
    torch.mm(h, torch.t(weights[0]), out=out)
  return None

def product(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
  # [.., in], [out, in], [out] -> [.., out]
  if self.weightFirst == 1:
    return torch.add(torch.t(torch.mm(weight, torch.t(x))), bias)
  return torch.linear(x, weight, bias)

def residual(self, x: Tensor, h: Tensor, weight: Tensor, bias: Tensor, row: Tensor) -> Tensor:
  # x [B * T, D] and the product of h [B * T, in], which is in `row` already where biases are columns
  if self.biasColumn == 1:
    return torch.addmm_(x, row, torch.t(weight))
  if self.innerPieces == 1:
    return torch.add(x, torch.linear(h, weight, bias))
  # in is cut into pieces that are multiplied side by side: [k, B, in / k] by [k, in / k, D]
  size = torch.size(weight)
  part = torch.floordiv(size[1], self.innerPieces)
  left = torch.transpose(torch.view(h, [torch.size(h, 0), self.innerPieces, part]), 0, 1)
  right = torch.permute(torch.view(weight, [size[0], self.innerPieces, part]), [1, 2, 0])
  return torch.add(torch.add(x, bias), torch.sum(torch.bmm(left, right), [0]))
