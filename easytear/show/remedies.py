"""What to do about a flag: when filming, and in the program. An empty text: nothing to do there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Remedy(NamedTuple):
    """What to do about a flag.

    Attributes
    ----------
    filming : str
        When recording, the next time.
    program : str
        With the video that is there.
    """

    filming: str
    program: str


_RATE: Final = "Let the recorder write real frame times; do not convert videos."
_GIVE_FPS: Final = "Give the true rate: `--fps`, or the setting `video.fps`."
_BLINK: Final = "Start before the blink, and keep recording through it."
_LIGHT: Final = "More light or gain, no automatic exposure during a blink."
_SHARP: Final = "Focus on the film before the blink, lock the focus, less compression."
_GAZE: Final = "Ask for steady gaze at a mark; head against the rest."
_PUPIL: Final = "Keep the whole pupil in view and its edge sharp; no lamp's image on its edge."
_IRIS: Final = "Keep both sides of the iris in view, evenly lit."
_LONGER: Final = "Ask for a longer time between blinks: five time constants are best."
_WIDTH: Final = "`--hvid MM` with this person's measured iris width, or `--mm-per-px`."
_DRAW_IRIS: Final = "Redraw the limbus in the app (G), or give `--mm-per-px`."
_DRAW_REGION: Final = "Redraw the region in the app (R)."
_DRAW_FRONT: Final = "Look at the film; draw the front in napari where you can tell it."
_WITHOUT_LAW: Final = "Use the rise after 1, 2 and 5 s and the velocity, which need no law."
_WIDE: Final = "Use its interval, not the number alone; averages weigh it as any other."

_VIDEO: Final = {
    "damaged": Remedy("Copy the file again; keep the original.", "Nothing; times are right."),
    "frames_missing": Remedy("A faster disk or cable, a lower rate.", "Nothing; times are right."),
    "frame_times_repaired": Remedy(_RATE, "Compare the duration with your notes; else `--fps`."),
    "frame_sizes_differ": Remedy("Do not change zoom or format while recording.", ""),
    "lost_frames": Remedy("A faster disk or cable, a lower rate.", "Check the intervals' bounds."),
    "rate_assumed": Remedy(_RATE, _GIVE_FPS),
    "rate_unknown": Remedy(_RATE, _GIVE_FPS),
    "capture_rate_used": Remedy("", "Check the rate with `easytear info`; else `--fps`."),
    "capture_rate_differs": Remedy("Note whether slow motion is on.", _GIVE_FPS),
    "non_square_pixels": Remedy("Record with square pixels if you can choose.", ""),
    "interlaced": Remedy(
        "Record progressive (p, not i).", "`--set enhance.deinterlace=off` if not."
    ),
    "variable_frame_rate": Remedy("A constant rate, if the camera offers it.", ""),
    "low_frame_rate": Remedy("30 frames/s or more.", "Trust λ only where its interval is narrow."),
    "low_resolution": Remedy("Fill the picture with the cornea; 640 px or more in width.", ""),
}
_EYE: Final = {
    "no_eye": Remedy("The eye open and in view, lit.", "Check that it is the right file."),
    "eye_without_pupil": Remedy(_PUPIL, "Move the pupil in napari (V)."),
    "upside_down": Remedy("Turn the camera upright.", "Turn the video, keep its times."),
    "pupil_not_found": Remedy(_PUPIL, "Move the pupil in napari (V)."),
    "pupil_size_changes": Remedy("Even room light from the first frame on.", ""),
    "eye_motion_uncertain": Remedy(_GAZE, "Exclude the interval if the film swims with the eye."),
    "limbus_not_found": Remedy(_IRIS, _DRAW_IRIS),
    "cornea_not_found": Remedy("The eye wide open, lids in view.", _DRAW_REGION),
    "iris_width_uncertain": Remedy(_IRIS, _DRAW_IRIS),
    "rotation_corrected": Remedy(_GAZE, "Nothing; look at the overlay if it seems wrong."),
    "pupil_shift_corrected": Remedy("Even room light from the first frame on.", "Nothing."),
    "scale_unknown": Remedy(_IRIS, _WIDTH),
    "blinking_too_short": Remedy("Record half a minute or more of free blinking.", ""),
    "blinking_instructed": Remedy("Record free blinking apart.", "`blinks.instructed` says so."),
    "light_changed": Remedy(
        "Lamps on before recording, exposure locked.", "Do not compare colours."
    ),
    "out_of_focus": Remedy(_SHARP, "Exclude the interval if what is left is too short."),
}
_FILM: Final = {
    "film_watched_briefly": Remedy(_LONGER, "Exclude it if you can choose others."),
    "film_not_seen": Remedy(_LONGER, "Take another interval."),
    "no_film": Remedy(
        f"{_SHARP} Check the angle of the light.", "Look whether film is to be seen."
    ),
    "headline_zone_unknown": Remedy(_LIGHT, f"{_DRAW_FRONT} Use the height bands."),
    "headline_zone_empty": Remedy(_SHARP, "Use the height bands, or add points in napari."),
    "tracks_predicted": Remedy(_SHARP, "Look at the overlay; reject bad points in napari."),
    "few_tracks": Remedy(_SHARP, "Add points in napari; use the interval, not the number alone."),
    "front_not_visible": Remedy(_LIGHT, _DRAW_FRONT),
    "front_incomplete": Remedy("Lower lid and whole width in view.", _DRAW_FRONT),
}
_LAW: Final = {
    "not_converged": Remedy(_LONGER, f"Do not use λ and ρ. {_WITHOUT_LAW}"),
    "lambda_unresolved": Remedy(_LONGER, f"Do not compare λ. {_WITHOUT_LAW}"),
    "lambda_uncertain": Remedy(_LONGER, _WIDE),
    "lambda_at_bound": Remedy(_LONGER, f"Do not use λ. {_WITHOUT_LAW}"),
    "onset_extrapolated": Remedy(_BLINK, "λ stands; ρ and ρ/λ hold only with their intervals."),
    "rho_beyond_view": Remedy(_LONGER, "Do not use ρ. Use ρ/λ and the rise after 1, 2 and 5 s."),
    "law_misfit": Remedy("", _WITHOUT_LAW),
    "blink_not_filmed": Remedy(_BLINK, "λ stands; ρ is too small by what was missed."),
    "scale_from_mean_iris": Remedy("Measure the iris width once for each person.", _WIDTH),
    "limited_by_film": Remedy(_SHARP, "Add points in napari just below the front."),
    "limited_by_front": Remedy(f"{_BLINK} Lower lid in view.", _DRAW_FRONT),
    "limited_by_law": Remedy(_GAZE, _WITHOUT_LAW),
    "limited_by_onset": Remedy(
        f"{_BLINK} A higher frame rate.", "Set the interval's start in the app (B)."
    ),
    "limited_by_eye": Remedy(f"{_GAZE} {_PUPIL}", "Move the pupil in napari (V)."),
    "drift": Remedy("", "Nothing: the law has a drift; compare it between eyes, too."),
    "front_and_film_disagree": Remedy(
        _SHARP, "Look at the overlay: which of them goes with the film?"
    ),
    "thickness_relative": Remedy(
        "Film a calibration target with the same light.", "Compare within a video."
    ),
    "thickness_uncalibrated": Remedy("Film a calibration target with the same light.", ""),
    "thickness_below_range": Remedy("", "Read the percentiles as upper bounds."),
    "thickness_above_range": Remedy("", "Read the percentiles as lower bounds."),
    "front_method_failed": Remedy("", "Use the built-in way (`front.method`), tell its author."),
    "extension_failed": Remedy("", "Read the log (`-v`), tell the package's author."),
    "low_quality": Remedy(
        "See the other flags of the interval.", "Look at the film before you use it."
    ),
}
GROUPS: Final[Mapping[str, Mapping[str, Remedy]]] = {
    "The video file": _VIDEO,
    "The eye": _EYE,
    "The film": _FILM,
    "The measurement": _LAW,
}
REMEDIES: Final[Mapping[str, Remedy]] = {
    flag: remedy for group in GROUPS.values() for flag, remedy in group.items()
}
