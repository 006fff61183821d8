"""Any annotation document, for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from easytear.annotate import model as m

numbers = st.floats(-2000, 2000, allow_nan=False).map(lambda v: round(v, 3) + 0.0)
sizes = st.floats(0.01, 2000).map(lambda v: round(v, 3))
texts = st.text(max_size=12)
words = st.text("abc_xyz-", min_size=1, max_size=8)
stamps = st.sampled_from([None, "2026-03-01T10:00:00+00:00"])
points = st.tuples(numbers, numbers)
frames = st.integers(0, 59)


@st.composite
def keyframes(draw, fewest, most):
    chosen = sorted(draw(st.sets(frames, min_size=1, max_size=5)))
    return [
        m.Keyframe(
            frame=frame,
            points=tuple(draw(st.lists(points, min_size=fewest, max_size=most))),
            outside=i > 0 and draw(st.booleans()),
            occluded=draw(st.booleans()),
            source=draw(st.sampled_from(["hand", "program", "retracked"])),
        )
        for i, frame in enumerate(chosen)
    ]


@st.composite
def ellipse_keyframes(draw):
    chosen = sorted(draw(st.sets(frames, min_size=1, max_size=4)))
    return [
        m.EllipseKeyframe(
            frame=frame,
            x_px=draw(numbers),
            y_px=draw(numbers),
            rx_px=draw(sizes),
            ry_px=draw(sizes),
            angle_deg=draw(st.floats(-90, 90)),
            outside=i > 0 and draw(st.booleans()),
        )
        for i, frame in enumerate(chosen)
    ]


def common(item_id):
    return st.fixed_dictionaries(
        {
            "id": st.just(item_id),
            "label": texts,
            "blind": st.booleans(),
            "edited": stamps,
            "flags": st.lists(words, max_size=2).map(tuple),
            "note": texts,
        }
    )


@st.composite
def items(draw, item_id):
    base = draw(common(item_id))
    kind = draw(st.integers(0, 8))
    way = draw(st.sampled_from(["linear", "film"]))
    start = draw(st.integers(0, 50))
    span = {"start_frame": start, "end_frame": draw(st.integers(start, 59))}
    number = draw(st.none() | st.integers(0, 9))
    place = draw(
        st.just({})
        | st.fixed_dictionaries(
            {"program_frame": frames, "program_x_px": numbers, "program_y_px": numbers}
        )
    )
    verdict = draw(
        st.sampled_from(
            [
                {"program_track": 3, **place},
                {"about": "front", "program_interval": 0},
                {"about": "interval", "program_interval": 2},
            ]
        )
    )
    makers = [
        lambda: m.PointTrack(
            **base,
            keyframes=draw(keyframes(1, 1)),
            interpolation=way,
            program_track=number,
            **place,
        ),
        lambda: m.FrontLine(**base, keyframes=draw(keyframes(2, 6)), interpolation=way),
        lambda: m.RegionMark(**base, keyframes=draw(keyframes(3, 6))),
        lambda: m.EllipseMark(**base, kind="limbus", keyframes=draw(ellipse_keyframes())),
        lambda: m.BlinkMark(**base, **span, complete=draw(st.booleans())),
        lambda: m.IntervalMark(
            **base, **span, program_interval=number, excluded=draw(texts), done=draw(st.booleans())
        ),
        lambda: m.NoteMark(**base, **span),
        lambda: m.Verdict(**base, **verdict, accepted=draw(st.booleans())),
        lambda: m.ScaleMark(**base, mm_per_px=draw(st.floats(0.001, 1)), mm_per_px_sd=None),
    ]
    return makers[kind]()


@st.composite
def documents(draw):
    ids = sorted(draw(st.sets(st.integers(1, 40), max_size=5)))
    return m.Annotations(
        schema=m.SCHEMA,
        video=m.VideoRef(
            name=draw(texts),
            sha256=draw(st.none() | st.just("ab" * 32)),
            width_px=640,
            height_px=480,
            frame_count=draw(st.sampled_from([None, 60])),
            time_s=draw(st.sampled_from([(), tuple(i / 30 for i in range(60))])),
        ),
        annotator=draw(texts),
        created=draw(stamps),
        software="easytear 0.1.0",
        program_shown=draw(st.booleans()),
        shown=draw(
            st.lists(
                st.builds(m.Shown, when=stamps.filter(bool), what=st.lists(words).map(tuple)),
                max_size=2,
            ).map(tuple)
        ),
        revision=draw(st.integers(0, 99)),
        items=tuple(draw(items(i)) for i in ids),
    )
