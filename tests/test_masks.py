from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_array_equal
from numpy.typing import NDArray
from pycocotools import mask as coco
from reference import masks as reference

from segmetrics import masks
from segmetrics.errors import InputError
from segmetrics.masks import MaskArray

# Of pycocotools itself, under NumPy 2.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

Binary = NDArray[np.bool_]

shapes = st.tuples(st.integers(0, 4), st.integers(1, 40), st.integers(1, 40))


@st.composite
def stacks(draw: st.DrawFn, shape: st.SearchStrategy[tuple[int, int, int]] = shapes) -> Binary:
    """(n, h, w) images of stretches rather than noise, so that long runs and whole columns occur."""
    n, height, width = draw(shape)
    lengths = draw(arrays(np.int64, n * height * width // 2 + 1, elements=st.integers(0, 90)))
    values = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)
    flat = np.zeros(n * height * width, np.bool_)
    flat[: len(values)] = values[: len(flat)]
    return flat.reshape(n, width, height).transpose(0, 2, 1)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Binary, Binary, Binary]:
    """Detections, truths and crowd flags of one size."""
    height, width = draw(st.integers(1, 20)), draw(st.integers(1, 20))
    detections, truths = (
        draw(stacks(st.tuples(st.integers(0, 4), st.just(height), st.just(width)))) for _ in range(2)
    )
    return detections, truths, draw(arrays(np.bool_, len(truths)))


def coco_encode(stack: Binary) -> list[dict[str, Any]]:
    return [coco.encode(np.asfortranarray(image, np.uint8)) for image in stack]


@given(stacks())
def test_encode_gives_the_runs_of_the_definition(stack: Binary) -> None:
    array = masks.encode(stack)
    assert [array[i].runs.tolist() for i in range(len(array))] == [
        [list(run) for run in reference.runs(image)] for image in stack
    ]
    assert array == MaskArray(array.runs, array.offsets, array.sizes)


@given(stacks())
def test_every_layout_and_dtype_encodes_alike(stack: Binary) -> None:
    expected = masks.encode(stack)
    assert masks.encode(np.ascontiguousarray(stack)) == expected
    assert masks.encode(stack.astype(np.int64) * -256) == expected
    assert masks.encode(stack.astype(np.uint8) * 255) == expected
    assert masks.encode(stack[:, ::-1][:, ::-1]) == expected
    for image in stack:
        assert masks.encode(image) == masks.encode(image[np.newaxis])


@given(stacks())
def test_floats_of_zero_and_one_encode_alike(stack: Binary) -> None:
    assert masks.encode(stack.astype(np.float16)) == masks.encode(stack)
    assert masks.encode(-1.0 * ~stack + 1) == masks.encode(stack)


@pytest.mark.parametrize("value", [0.5, -1.0, 2.0, 1e-300, np.nan, np.inf])
def test_soft_masks_are_refused(value: float) -> None:
    images = np.zeros((2, 3, 4))
    images[1, 0, 3] = images[1, 2, 0] = value
    for soft, place in ((images, "1, 0, 3"), (images[1], "0, 3"), (np.asfortranarray(images), "1, 0, 3")):
        with pytest.raises(InputError) as error:
            masks.encode(soft)
        message = f"found {value}, expected 0 or 1: soft masks must be thresholded first"
        assert str(error.value) == f"binary[{place}]: {message}"


@pytest.mark.parametrize(("height", "width"), [(1, 1), (31, 33), (32, 64), (65, 7), (480, 640)])
def test_images_stored_by_rows_encode_alike(height: int, width: int) -> None:
    image = np.random.default_rng(height).random((height, width)) < 0.5
    assert masks.encode(image) == masks.encode(np.asfortranarray(image))


@given(stacks(st.tuples(st.integers(1, 4), st.integers(1, 40), st.integers(1, 40))))
def test_decode_inverts_encode(stack: Binary) -> None:
    decoded = masks.decode(masks.encode(stack))
    assert decoded.dtype == np.bool_
    assert_array_equal(decoded, stack)


@given(stacks())
def test_counts_and_texts_are_those_of_the_definition_and_pycocotools(stack: Binary) -> None:
    array = masks.encode(stack)
    counts = [reference.counts(image) for image in stack]
    texts = [reference.text(of_mask) for of_mask in counts]
    assert [of_mask.tolist() for of_mask in masks.to_counts(array)] == counts
    assert [text.decode() for text in masks.to_strings(array)] == texts
    assert [reference.counts_of_text(text) for text in texts] == counts
    assert masks.to_coco(array) == coco_encode(stack)
    assert masks.from_counts(counts, array.sizes) == array
    assert masks.from_strings(texts, array.sizes) == array
    assert masks.from_strings([text.encode() for text in texts], array.sizes) == array


@given(stacks(), st.lists(st.sampled_from(["bytes", "str", "list"]), min_size=4, max_size=4))
def test_coco_objects_of_every_kind_come_back(stack: Binary, kinds: list[str]) -> None:
    array = masks.encode(stack)
    forms = {
        "bytes": masks.to_coco(array),
        "str": masks.to_coco(array, counts="str"),
        "list": [
            {"size": size, "counts": counts.tolist()}
            for size, counts in zip(array.sizes.tolist(), masks.to_counts(array), strict=True)
        ],
    }
    assert masks.from_coco([forms[kind][i] for i, kind in enumerate(kinds[: len(array)])]) == array


@given(st.lists(st.integers(0, 2**26), min_size=1, max_size=31))
def test_any_counts_survive_their_text(counts: list[int]) -> None:
    counts[-1] += 1
    array = masks.from_counts([counts], (sum(counts), 1))
    assert masks.from_strings([reference.text(counts)], (sum(counts), 1)) == array
    assert masks.area(array).tolist() == [sum(counts[1::2])]


@given(stacks())
def test_area_and_boxes_are_those_of_the_definition_and_pycocotools(stack: Binary) -> None:
    array = masks.encode(stack)
    assert_array_equal(masks.area(array), stack.sum(axis=(1, 2)))
    assert masks.boxes(array).tolist() == [reference.box(image) for image in stack]
    if len(stack):
        assert_array_equal(masks.area(array), coco.area(coco_encode(stack)))
        assert_array_equal(masks.boxes(array), coco.toBbox(coco_encode(stack)))


@given(stacks(st.tuples(st.integers(1, 5), st.integers(1, 20), st.integers(1, 20))))
def test_union_and_intersection(stack: Binary) -> None:
    array = masks.encode(stack)
    assert masks.union(array) == masks.encode(stack.any(axis=0))
    assert masks.intersection(array) == masks.encode(stack.all(axis=0))


@given(pairs())
def test_iou_is_that_of_the_definition_and_pycocotools(pair: tuple[Binary, Binary, Binary]) -> None:
    detections, truths, crowd = pair
    found = masks.iou(masks.encode(detections), masks.encode(truths), crowd)
    assert found.shape == (len(detections), len(truths))
    assert found.tolist() == [
        [reference.iou(d, g, crowd=bool(c)) for g, c in zip(truths, crowd, strict=True)] for d in detections
    ]
    if found.size:
        assert_array_equal(found, coco.iou(coco_encode(detections), coco_encode(truths), crowd.tolist()))


boxes = arrays(
    np.float64,
    st.tuples(st.integers(0, 5), st.just(4)),
    elements=st.one_of(st.integers(0, 20).map(float), st.floats(0, 50)),
)


@given(boxes, boxes, st.data())
def test_box_iou_is_that_of_the_definition_and_pycocotools(
    detections: NDArray[np.float64], truths: NDArray[np.float64], data: st.DataObject
) -> None:
    crowd = data.draw(arrays(np.bool_, len(truths)))
    found = masks.box_iou(detections, truths, crowd)
    assert found.shape == (len(detections), len(truths))
    assert found.tolist() == [
        [reference.box_iou(d, g, crowd=bool(c)) for g, c in zip(truths.tolist(), crowd, strict=True)]
        for d in detections.tolist()
    ]
    if found.size:
        assert_array_equal(found, coco.iou(detections, truths, crowd.tolist()))


def polygons(least_points: int) -> st.SearchStrategy[list[float]]:
    coordinates = st.lists(st.floats(-10, 60), min_size=2 * least_points, max_size=24)
    return coordinates.map(lambda xy: xy[: len(xy) // 2 * 2])


objects_of_polygons = st.lists(
    st.builds(lambda first, others: [first, *others], polygons(3), st.lists(polygons(1), max_size=2)),
    max_size=4,
)


@given(objects_of_polygons, st.integers(1, 50), st.integers(1, 50))
@settings(max_examples=200)
def test_polygons_are_filled_as_pycocotools_does(
    objects: list[list[list[float]]], height: int, width: int
) -> None:
    expected = [coco.merge(coco.frPyObjects(item, height, width)) for item in objects]
    filled = masks.from_polygons(objects, (height, width))
    assert len(filled) == len(objects)
    for i, rle in enumerate(expected):
        assert_array_equal(masks.decode(filled[i])[0], coco.decode(rle))


@given(boxes, st.integers(1, 50), st.integers(1, 50))
def test_boxes_are_filled_as_pycocotools_does(xywh: NDArray[np.float64], height: int, width: int) -> None:
    filled = masks.from_boxes(xywh, (height, width))
    assert len(filled) == len(xywh)
    for i, box in enumerate(xywh):
        expected = coco.frPyObjects(box[np.newaxis], height, width)[0]
        assert_array_equal(masks.decode(filled[i])[0], coco.decode(expected))


def test_an_object_without_polygons_is_empty() -> None:
    filled = masks.from_polygons([[], [[0, 0, 3, 0, 3, 3, 0, 3]], []], [(4, 5), (6, 7), (8, 9)])
    assert masks.area(filled).tolist() == [0, 9, 0]
    assert filled.sizes.tolist() == [[4, 5], [6, 7], [8, 9]]


@given(stacks(), st.data())
def test_indexing_is_that_of_arrays(stack: Binary, data: st.DataObject) -> None:
    array = masks.encode(stack)
    index = data.draw(
        st.one_of(
            st.slices(len(stack)),
            arrays(np.bool_, len(stack)),
            st.lists(st.integers(-len(stack), len(stack) - 1), max_size=6) if len(stack) else st.just([]),
        )
    )
    chosen = [stack[i] for i in np.arange(len(stack))[index]]
    assert len(array[index]) == len(chosen)
    assert all(array[index][k] == masks.encode(image) for k, image in enumerate(chosen))
    assert masks.concatenate([array[index], array[:1], array]) == masks.concatenate(
        [masks.encode(image) for image in [*chosen, *stack[:1], *stack]] or [array]
    )


def test_slices_share_memory_and_nothing_can_be_written() -> None:
    array = masks.encode(np.eye(4)[np.newaxis].repeat(3, axis=0))
    assert np.shares_memory(array[1:].runs, array.runs)
    for values in (array.runs, array.offsets, array.sizes):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 0


def test_an_integer_gives_an_array_of_one_and_out_of_range_an_error() -> None:
    array = masks.encode(np.zeros((2, 3, 4)))
    assert len(array[0]) == len(array[-1]) == 1
    with pytest.raises(IndexError):
        array[2]


def test_repr_and_equality() -> None:
    array = masks.encode(np.eye(3))
    assert repr(array) == "MaskArray(1 mask of 3x3, 3 runs)"
    assert repr(array[:0]) == "MaskArray(0 masks, 0 runs)"
    assert array != masks.encode(np.eye(4))
    assert array != 7


@pytest.mark.parametrize(
    "runs", [[[2, 2]], [[3, 2]], [[0, 7]], [[0, 2], [2, 3]], [[3, 4], [0, 1]], [[0, 2], [1, 3]], [[-1, 2]]]
)
def test_runs_that_are_not_canonical_are_refused(runs: list[list[int]]) -> None:
    with pytest.raises(InputError, match=r"^mask 1: run \[") as error:
        MaskArray([[0, 6], *runs], [0, 1, 1 + len(runs)], (2, 3))
    assert error.value.place == "mask 1"


def test_masks_do_not_touch_each_other_across_their_border() -> None:
    assert len(MaskArray([[0, 6], [0, 6], [1, 2]], [0, 1, 2, 3], (2, 3))) == 3


@pytest.mark.parametrize(
    ("runs", "offsets", "sizes"),
    [
        ([0, 1], [0, 1], (2, 3)),
        ([[0, 1]], [0, 2], (2, 3)),
        ([[0, 1]], [], (2, 3)),
        ([[0, 1]], [0, 1, 0, 1], (2, 3)),
        ([[0, 1]], [0, 1], [(2, 3), (2, 3)]),
        ([[0, 1]], [0, 1], []),
    ],
)
def test_shapes_that_do_not_fit_are_refused(runs: Any, offsets: Any, sizes: Any) -> None:
    with pytest.raises(ValueError, match=r"shape|offsets"):
        MaskArray(runs, offsets, sizes)


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (-1, 5), (2**16, 2**15), (2**40, 2**40)])
def test_sizes_that_are_none_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(InputError, match=rf"^mask 1: the size is {size[0]}x{size[1]}, expected"):
        masks.from_strings([b"6", b"6"], [(2, 3), size])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a total of 0, expected counts that add up to height * width"),
        ("15", "a total of at least 6, expected counts that add up to height * width"),
        ("1p4", "'p', expected a character from '0' to 'o'"),
        ("1é", "byte 195, expected a character from '0' to 'o'"),
        ("1\ud800", "byte 237, expected a character from '0' to 'o'"),
        ("14o", "expected another character of the last number"),
        ("1oooooooo", "expected a number of at most 7 characters"),
        ("1O6", "-1, expected a count of at least 0"),
    ],
)
def test_texts_that_are_none_are_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        masks.from_strings([b"5", text, b"5"], (1, 5))
    assert str(error.value) == f"mask 1: {message}"
    with pytest.raises(InputError) as error:
        masks.from_coco([{"size": [1, 5], "counts": counts} for counts in ([5], "5", [2, 3], text)])
    assert str(error.value) == f"mask 3: {message}"


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([], "a total of 0, expected counts that add up to height * width"),
        ([2, 2], "a total of 4, expected counts that add up to height * width"),
        ([2, 2, 2, 2], "a total of 6, expected counts that add up to height * width"),
        ([6, -1], "a count is -1, expected 0 to 2147483647"),
        ([2**32 + 5], "a count is 4294967301, expected 0 to 2147483647"),
        ([2.0, 3.0], "the counts are not a list of integers"),
        ([[2], [3]], "the counts are not a list of integers"),
        ({"a": 1}, "the counts are not a list of integers"),
    ],
)
def test_counts_that_are_none_are_refused(counts: Any, message: str) -> None:
    with pytest.raises(InputError) as error:
        masks.from_counts([[5], counts], (1, 5))
    assert str(error.value) == f"mask 1: {message}"


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"counts": "5"}, 'has no "size"'),
        ({"size": [1, 5]}, 'has no "counts"'),
        ({"size": [1], "counts": "5"}, '"size" is [1], expected [height, width]'),
        ({"size": [1.0, 5.0], "counts": "5"}, '"size" is [1.0, 5.0], expected [height, width]'),
    ],
)
def test_coco_objects_that_are_none_are_refused(item: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        masks.from_coco([{"size": [1, 5], "counts": "5"}, item])
    assert str(error.value) == f"mask 1: {message}"


@pytest.mark.parametrize("polygon", [[], [0, 0], [0, 0, 1, 1], [0, 0, 1, 1, 2, 2, 3]])
def test_a_first_polygon_of_fewer_than_three_points_is_refused(polygon: list[float]) -> None:
    message = f"mask 1, polygon 0: {len(polygon)} coordinates, expected an even number, at least 6"
    with pytest.raises(InputError, match=f"^{message}$"):
        masks.from_polygons([[], [polygon, [0, 0, 1, 1, 2, 2]]], (4, 4))


@pytest.mark.parametrize(
    ("polygon", "message"),
    [
        ([], "0 coordinates, expected an even number, at least 2"),
        ([0, 0, 1, 1, 2, 2, 3], "7 coordinates, expected an even number, at least 2"),
        ([0, 0, 1, 1, 2, np.nan], "a coordinate is not within 1,000,000 px of the origin"),
        ([0, 0, 1, 1, 2, -np.inf], "a coordinate is not within 1,000,000 px of the origin"),
        ([0, 0, 1, 1, 2, 1e7], "a coordinate is not within 1,000,000 px of the origin"),
    ],
)
def test_polygons_that_are_none_are_refused(polygon: list[float], message: str) -> None:
    with pytest.raises(InputError) as error:
        masks.from_polygons([[], [[0, 0, 1, 1, 2, 2], polygon]], (4, 4))
    assert str(error.value) == f"mask 1, polygon 1: {message}"


def test_boxes_that_are_not_numbers_are_refused() -> None:
    with pytest.raises(InputError, match=r"^truths\[1\]: "):
        masks.box_iou([[0, 0, 1, 1]], [[0.0, 0.0, 1.0, 1.0], [0.0, np.nan, 1.0, 1.0]])
    with pytest.raises(ValueError, match="shape"):
        masks.box_iou([[0, 0, 1]], [[0, 0, 1, 1]])


def test_sizes_that_differ_are_refused() -> None:
    array = masks.concatenate([masks.encode(np.eye(3)), masks.encode(np.eye(4))])
    with pytest.raises(InputError, match="mask 1: the size is 4x4, expected 3x3"):
        masks.decode(array)
    with pytest.raises(InputError, match="truths, mask 0: the size is 4x4, expected 3x3"):
        masks.iou(array[:1], array[1:])
    with pytest.raises(ValueError, match="no mask"):
        masks.union(array[:0])


def test_crowd_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="crowd"):
        masks.iou(masks.encode(np.eye(3)), masks.encode(np.eye(3)), crowd=[True, False])
