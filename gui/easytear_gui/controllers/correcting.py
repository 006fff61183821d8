"""The Correct menu: scale, limbus, region, bounds, exclusions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Qt
from PySide6.QtWidgets import QDialog, QInputDialog

from easytear.base.geometry import Ellipse
from easytear.request.scale import Calibration, ScaleRequest
from easytear.results.model import IntervalResult
from easytear_gui import paths
from easytear_gui.person import ask_name
from easytear_gui.player.tools import EllipseTool, PolygonTool, Ruler, thinned
from easytear_gui.scale_dialog import RulerDialog, ScaleDialog
from easytear_gui.session import decide
from easytear_gui.session.model import Decisions

if TYPE_CHECKING:
    from easytear_gui.main_window import MainWindow
    from easytear_gui.player.canvas import Tool

REASONS = (
    "Blink or lid movement inside",
    "Eye moved too much",
    "Out of focus",
    "Film not visible",
    "Glare or lashes over the film",
)
_DEVICES = "scale/devices"


class Correcting(QObject):
    """What a person decides about the open video."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._keep: Callable[[], None] | None = None
        self._canvas = window.workspace.player.canvas
        self._canvas.tool_ended.connect(self.end_tool)
        window.workspace.player.timeline.bounds_dragged.connect(self.move_interval)
        calls = {
            "scale": self.ask_scale,
            "ruler": self.draw_ruler,
            "frame_rate": self.ask_fps,
            "limbus": self.draw_limbus,
            "region": self.draw_region,
            "set_start": lambda: self._edge_here("start"),
            "set_end": lambda: self._edge_here("end"),
            "exclude": self.ask_exclude,
            "reset_interval": self.reset_interval,
        }
        for name, call in calls.items():
            window.actions_[name].triggered.connect(lambda _=False, c=call: c())
        window.actions_["bounds"].toggled.connect(self._bounds_mode)

    # --- decisions -----------------------------------------------------------------------
    def _decisions(self) -> Decisions:
        key = self._window.open_key
        return Decisions() if key is None else self._window.document.session.video(key).decisions

    def _decide(self, decisions: Decisions, text: str, merge: str | None = None) -> None:
        key = self._window.open_key
        if key is None:
            return
        dialog = ask_name(self._window)
        if dialog is None:
            self._window.document.decide(key, decisions, text, merge)
        else:  # the first correction waits for the name that stands beside it

            def named() -> None:
                self._window.document.decide(key, decide.signed(decisions), text, merge)

            dialog.finished.connect(named)

    def _result(self) -> IntervalResult | None:
        return self._window.workspace.result()

    def ask_exclude(self) -> None:
        """Leave the selected interval out, with a reason; an excluded one is taken in again."""
        result = self._result()
        if result is None:
            return
        if result.index in self._window.workspace.excluded():
            text = f"include interval {result.index + 1}"
            self._decide(decide.include(self._decisions(), result.index), text)
            return
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle(f"Exclude interval {result.index + 1}")
        dialog.setLabelText("Why should it be left out of averages?")
        dialog.setComboBoxItems(list(REASONS))
        dialog.setComboBoxEditable(True)
        dialog.textValueSelected.connect(lambda reason: self.exclude(result.index, reason))
        dialog.open()

    def exclude(self, interval: int, reason: str) -> None:
        """Leave an interval out of averages."""
        decisions = decide.exclude(self._decisions(), interval, reason.strip() or "no reason given")
        self._decide(decisions, f"exclude interval {interval + 1}")

    def move_interval(self, interval: int, start: int, end: int) -> None:
        """Give an interval new bounds."""
        decisions = decide.move_interval(self._decisions(), interval, start, end)
        self._decide(decisions, f"move bounds of interval {interval + 1}")

    def _edge_here(self, edge: str) -> None:
        workspace = self._window.workspace
        frame = workspace.player.player.frame
        bounds = workspace.player.timeline.allowed(workspace.interval, edge, frame)
        if bounds is not None:
            self.move_interval(workspace.interval, *bounds)

    def reset_interval(self) -> None:
        """Forget a person's bounds, region and limbus of the selected interval."""
        result = self._result()
        if result is None:
            return
        old = self._decisions()
        kept = {
            name: tuple(e for e in getattr(old.corrections, name) if e.interval != result.index)
            for name in ("intervals", "regions", "irises", "pupils")
        }
        new = old.model_copy(update={"corrections": old.corrections.model_copy(update=kept)})
        self._decide(new, f"forget corrections of interval {result.index + 1}")

    def _bounds_mode(self, on: bool) -> None:
        timeline = self._window.workspace.player.timeline
        timeline.editing = on
        timeline.update()
        self._window.workspace.player.show_hint(
            "Drag the blue edges of the intervals on the timeline, or press [ and ] at a frame."
            if on
            else ""
        )

    # --- the scale -----------------------------------------------------------------------
    def ask_scale(self) -> None:
        """Ask for the scale."""
        facts = self._window.workspace.player.player.facts
        width_px = 640 if facts is None else facts.width_px
        dialog = ScaleDialog(self._decisions().scale, devices(), width_px, self._window)

        def ended(code: int) -> None:
            if dialog.ruler_asked:
                self.draw_ruler()
            elif code == QDialog.DialogCode.Accepted:
                self._decide(decide.set_scale(self._decisions(), dialog.choice()), "set scale")

        dialog.finished.connect(ended)
        dialog.open()

    def draw_ruler(self) -> None:
        """Let the person draw a line of known length."""
        facts = self._window.workspace.player.player.facts
        if facts is None:
            return
        width, height = facts.width_px, facts.height_px
        ruler = Ruler(QPointF(width / 2, height / 2), width / 3)
        self._start(ruler, lambda: self._ask_length(ruler.length_px))

    def _ask_length(self, length_px: float) -> None:
        if length_px < 2.0:
            return
        dialog = RulerDialog(length_px, self._window)

        def accepted() -> None:
            calibration = dialog.calibration()
            if dialog.device_name():
                keep_device(dialog.device_name(), calibration)
            scale = ScaleRequest.given(calibration)
            self._decide(decide.set_scale(self._decisions(), scale), "set scale by ruler")

        dialog.accepted.connect(accepted)
        dialog.open()

    # --- shapes --------------------------------------------------------------------------
    def draw_limbus(self) -> None:
        """Let the person adjust the limbus in the interval's first frame."""
        result = self._to_first_frame()
        if result is None:
            self._draw_unseen()
            return
        tool = EllipseTool(self._limbus_of(result))

        self._start(tool, lambda: self.decide_limbus(result.index, tool.shape))

    def _draw_unseen(self) -> None:
        """Let the person draw the iris's edge where the program found no eye."""
        workspace = self._window.workspace
        facts = workspace.player.player.facts
        if workspace.analysis is None or workspace.analysis.summary.intervals or facts is None:
            return
        workspace.player.player.pause()
        workspace.player.player.seek(0)
        drawn = self._decisions().corrections.irises
        width, height = facts.width_px, facts.height_px
        usual = Ellipse(width / 2, height / 2, 0.4 * width, 0.4 * width)
        tool = EllipseTool(drawn[0].ellipse() if drawn else usual)
        self._start(tool, lambda: self.decide_limbus(0, tool.shape))

    def ask_fps(self) -> None:
        """Ask for the frames per second as the camera took them."""
        facts = self._window.workspace.player.player.facts
        known = self._decisions().fps or (25.0 if facts is None else facts.fps_mean)
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle("Frame rate")
        dialog.setLabelText("Frames per second as the camera took them (the device's manual):")
        dialog.setInputMode(QInputDialog.InputMode.DoubleInput)
        dialog.setDoubleDecimals(3)
        dialog.setDoubleRange(0.1, 10_000.0)
        dialog.setDoubleValue(known)
        dialog.doubleValueSelected.connect(self.decide_fps)
        dialog.open()

    def decide_fps(self, fps: float) -> None:
        """Give the open video another frame rate."""
        self._decide(self._decisions().model_copy(update={"fps": fps}), "set frame rate")

    def decide_limbus(self, interval: int, shape: Ellipse) -> None:
        """Give an interval another limbus."""
        new = decide.draw_limbus(self._decisions(), interval, shape)
        self._decide(new, f"redraw limbus of interval {interval + 1}")

    def _limbus_of(self, result: IntervalResult) -> Ellipse:
        drawn = [e for e in self._decisions().corrections.irises if e.interval == result.index]
        if drawn:
            return drawn[0].ellipse()
        if result.iris is not None:
            return result.iris.ellipse()
        facts = self._window.workspace.player.player.facts
        width, height = (640, 480) if facts is None else (facts.width_px, facts.height_px)
        pupil = result.pupil
        x, y = (width / 2, height / 2) if pupil is None else (pupil.x_px, pupil.y_px)
        return Ellipse(x, y, width * 0.45, width * 0.45)

    def draw_region(self) -> None:
        """Let the person adjust the exposed cornea in the interval's first frame."""
        result = self._to_first_frame()
        if result is None:
            return
        drawn = [e for e in self._decisions().corrections.regions if e.interval == result.index]
        outline = list(drawn[0].polygon) if drawn else thinned(list(result.region or ()))
        if len(outline) < 3:
            ellipse = self._limbus_of(result).scaled(0.9)
            outline = [(float(x), float(y)) for x, y in ellipse.points(12)]
        tool = PolygonTool(outline)

        def keep() -> None:
            corners = [(p.x(), p.y()) for p in tool.corners]
            new = decide.draw_region(self._decisions(), result.index, corners)
            self._decide(new, f"redraw region of interval {result.index + 1}")

        self._start(tool, keep)

    def _to_first_frame(self) -> IntervalResult | None:
        result = self._result()
        if result is not None:
            player = self._window.workspace.player.player
            player.pause()
            player.seek(result.start_frame)
        return result

    # --- tools on the picture ------------------------------------------------------------
    def _start(self, tool: Tool, keep: Callable[[], None]) -> None:
        self.end_tool(False)
        self._window.workspace.player.still_button.setChecked(False)
        self._canvas.tool, self._keep = tool, keep
        self._window.workspace.player.show_hint(tool.hint)
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self._canvas.show_tool()
        self._canvas.update()

    def end_tool(self, accepted: bool) -> None:
        """Put the tool away, keeping what it drew or not."""
        if self._canvas.tool is None:
            return
        keep, self._keep = self._keep, None
        self._canvas.tool = None
        self._canvas.fit()
        self._window.workspace.player.show_hint("")
        self._canvas.update()
        if accepted and keep is not None:
            keep()


def devices() -> dict[str, Calibration]:
    """Return the scales of the devices that the person named."""
    try:
        kept = json.loads(str(paths.preferences().value(_DEVICES) or "{}"))
        pairs = {n: v if isinstance(v, list) else [v, None] for n, v in kept.items()}
        return {
            str(name): Calibration(mm_per_px=value, mm_per_px_sd=sd, source="device")
            for name, (value, sd) in pairs.items()
        }
    except (ValueError, AttributeError):
        return {}


def keep_device(name: str, scale: Calibration) -> None:
    """Keep a device's scale, with its uncertainty, for other videos."""
    every = {**devices(), name: scale}
    kept = {n: [c.mm_per_px, c.mm_per_px_sd] for n, c in every.items()}
    paths.preferences().setValue(_DEVICES, json.dumps(kept))
