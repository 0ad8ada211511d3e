"""torchvision's side, as its references train: prints pictures a processor second, as JSON.

Its operators may not load with a wheel of torch for processors. Training needs none of them: two
are declared, so that it can be imported; suppression, which they are, is only done when it answers.
"""

import json
import sys
import time
from pathlib import Path

import torch
from PIL import Image

SIZES = {"ssdlite-mobilenet-v2": 320, "ssd300-vgg16": 300}
WARM = 1
_KEPT = torch.library.Library("torchvision", "FRAGMENT")


def main(scenes: Path, network: str, batch: int, steps: int) -> None:
    """Prepares all scenes twice, then takes some steps."""
    try:
        import torchvision
    except RuntimeError:  # its operators do not load
        for name in list(sys.modules):
            if name.startswith("torchvision"):
                del sys.modules[name]
        for name in ("nms", "qnms"):
            _KEPT.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import torchvision
    from torchvision import tv_tensors
    from torchvision.models import detection
    from torchvision.transforms import v2

    torch.manual_seed(0)
    torch.set_num_threads(2)
    size = SIZES[network]
    change = v2.Compose(
        [
            v2.ToImage(),
            v2.RandomPhotometricDistort(),
            v2.RandomZoomOut(fill={tv_tensors.Image: (123, 117, 104), "others": 0}),
            v2.RandomIoUCrop(),
            v2.RandomHorizontalFlip(),
            v2.Resize((size, size)),
            v2.SanitizeBoundingBoxes(),
            v2.ToDtype(torch.float32, scale=True),
        ]
    )
    entries = json.loads(scenes.read_text())

    def prepare(entry: dict) -> tuple:
        picture = Image.open(entry["file"]).convert("RGB")
        boxes = tv_tensors.BoundingBoxes(
            entry["boxes"], format="XYXY", canvas_size=tuple(entry["size"]), dtype=torch.float32
        )
        return change(picture, {"boxes": boxes, "labels": torch.tensor(entry["labels"]) + 1})

    prepared = [prepare(entry) for entry in entries]
    torch.set_num_threads(1)
    started = time.process_time()
    for _ in range(2):
        prepared = [prepare(entry) for entry in entries]
    speed = {"prepared": 2 * len(entries) / (time.process_time() - started)}
    speed["versions"] = f"torch {torch.__version__}, torchvision {torchvision.__version__}"
    if steps:
        torch.set_num_threads(2)
        build = (
            detection.ssd300_vgg16 if network == "ssd300-vgg16"
            else detection.ssdlite320_mobilenet_v3_large
        )  # fmt: skip
        model = build(weights=None, weights_backbone=None, num_classes=11).train()
        optimizer = torch.optim.SGD(model.parameters(), 1e-4, momentum=0.9)
        chosen = [prepared[index % len(prepared)] for index in range(batch)]
        for step in range(WARM + steps):
            if step == WARM:
                started = time.process_time()
            losses = model([image for image, _ in chosen], [target for _, target in chosen])
            optimizer.zero_grad()
            sum(losses.values()).backward()
            optimizer.step()
        speed["learnt"] = steps * batch / (time.process_time() - started)
    print(json.dumps(speed))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
