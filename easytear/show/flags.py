"""What the short words mean: one sentence for each flag and problem, for every page and window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SENTENCES: Final[Mapping[str, str]] = {
    # the video file
    "damaged": "The file is damaged or cut off: what could be read whole was used.",
    "frames_missing": "Frames are missing between others; times are right all the same.",
    "frame_times_repaired": "Some frame times were absent, doubled or ran backwards; they were "
    "placed between those that are right.",
    "frame_sizes_differ": "Some frames are of another size than most; they were left out.",
    "lost_frames": "Frames are lost for so long that a blink may hide there: intervals end there.",
    "rate_assumed": "The file holds no times of its frames: they are taken as evenly spaced at one "
    "rate.",
    "rate_unknown": "The file states no frame rate: 25 frames/s is assumed, and times and speeds "
    "are as wrong as that is; give the true rate with --fps.",
    "capture_rate_used": "The file plays slower or faster than it was recorded: times are those of "
    "the noted rate of capture.",
    "capture_rate_differs": "The noted rate of capture is not that of the file's times, which were "
    "used; give the true rate with --fps if this is slow motion.",
    "non_square_pixels": "The pixels are not square: frames are resampled in width.",
    "interlaced": "The recording is interlaced: frames are rebuilt from one field.",
    "variable_frame_rate": "The frame rate varies; every frame keeps its true time.",
    "low_frame_rate": "The frame rate is low: the first moments after a blink are not resolved.",
    "low_resolution": "The picture is small: film texture may be too coarse to follow.",
    # the eye
    "no_eye": "No eye was found in the video: nothing is measured.",
    "eye_without_pupil": "An eye was found, but no pupil in it, by which its motion is followed: "
    "nothing is measured.",
    "upside_down": "The picture is upside down: the upper lid is below. Film is measured as if it "
    "were upright; turn the video for heights above the lower lid.",
    "pupil_not_found": "The pupil was not found: eye motion could not be taken out.",
    "pupil_size_changes": "The pupil changed its size, which can shift its centre.",
    "eye_motion_uncertain": "Eye motion is uncertain in some frames.",
    "limbus_not_found": "The edge of the iris was not found.",
    "cornea_not_found": "The exposed cornea could not be outlined.",
    "iris_width_uncertain": "The width of the iris is uncertain, and the scale with it.",
    "rotation_corrected": "The eye turned about its axis; the turn was taken out.",
    "pupil_shift_corrected": "The pupil shifted as its size changed; the shift was taken out.",
    "scale_unknown": "The scale is unknown: lengths cannot be given in millimetres.",
    "blinking_too_short": "Less than 30 s were watched: no blink rate is reported.",
    "blinking_instructed": "Blinking was instructed: its rate and kind say nothing of the person.",
    "light_changed": "The light changed within the interval: film colours before and after "
    "cannot be compared.",
    "out_of_focus": "Part of the interval is out of focus: film was not visible there.",
    # the film
    "film_watched_briefly": "The film was visible for less than a second.",
    "film_not_seen": "No film was seen in the short time in which one could be; whether it "
    "moves is unknown.",
    "no_film": "No moving film was seen: nothing about its spread is reported.",
    "headline_zone_unknown": "Without a front the zone of the headline law is unknown; the height "
    "bands say what the film did.",
    "headline_zone_empty": "No film was followed just below the front; the height bands say what "
    "the rest of it did.",
    "tracks_predicted": "Many track positions are predicted, not measured.",
    "few_tracks": "Few film points could be followed.",
    "front_not_visible": "The front of the lipid layer could not be told.",
    "front_incomplete": "The front was seen over only part of the region or of the time.",
    # the measurement
    "not_converged": "The fit did not settle: its numbers are shown, never averaged.",
    "lambda_unresolved": "The interval is too short for the time constant it shows.",
    "lambda_uncertain": "The 95 % interval of the time constant is wide.",
    "lambda_at_bound": "The time constant lies at the edge of what was tried.",
    "onset_extrapolated": "The film was first seen after its spread had begun: when it began, and "
    "how far it had come by then, is extrapolated.",
    "rho_beyond_view": "The fitted rise is greater than the visible cornea.",
    "law_misfit": "The film does not rise as one exponential; another law suits it clearly better. "
    "Compare eyes by the rise after 1, 2 and 5 s, which needs no law; lambda's interval contains "
    "the misfit.",
    "blink_not_filmed": "The recording starts after the blink: how far the film had come by then "
    "is not in rho. Film the blink itself.",
    "scale_from_mean_iris": "Millimetres rest on the mean width of irises, which differs by 3.6 % "
    "between people: measure this iris' width, or compare within this eye by the intervals given "
    "its scale.",
    "limited_by_film": "What limits rho most is how few film points were followed just below the "
    "front: more light, sharper focus from the first frame on, less compression.",
    "limited_by_front": "What limits rho most is where the front lay at the onset: film the blink "
    "itself, keep the lower lid and the whole width in view.",
    "limited_by_law": "What limits lambda most is what the law leaves of the film's rise: use the "
    "rise without a law, ask for steady gaze.",
    "limited_by_onset": "What limits rho most is that the onset was not seen: film the blink "
    "itself, at a higher frame rate.",
    "limited_by_eye": "What limits the numbers most is the eye's own motion: ask for steady gaze, "
    "keep the pupil whole in view.",
    "drift": "The film drifts on after the exponential; the law includes a steady drift.",
    "front_and_film_disagree": "Front and film points give different answers.",
    "thickness_relative": "Thickness is relative: the camera's colours were not calibrated.",
    "thickness_uncalibrated": "Thickness is left out: without calibrated colours these do not tell "
    "it.",
    "thickness_below_range": "Part of the film is thinner than colours can tell.",
    "thickness_above_range": "Part of the film is thicker than colours can tell.",
    "front_method_failed": "The front method of another package failed; the log says why.",
    "extension_failed": "A quantity of another package could not be computed; the log says why.",
    "low_quality": "The quality score is low: look at the video before using these numbers.",
}


def sentence(flag: str) -> str:
    """Return what a flag means, for a person; an unknown flag speaks for itself.

    Flags of the video file stand in results with "video_" before them.
    """
    known = SENTENCES.get(flag) or SENTENCES.get(flag.removeprefix("video_"))
    return known if known is not None else flag.replace("_", " ").capitalize() + "."
