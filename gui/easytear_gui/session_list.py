"""The list of videos: thumbnail, name, and how far each one is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from easytear.show.quality import quality_word
from easytear_gui.naming import told_apart
from easytear_gui.session.document import Document
from easytear_gui.session.model import Record, State, Video
from easytear_gui.theme.colours import LIGHT, Colours
from easytear_gui.theme.icons import pixmap

_Index = QModelIndex | QPersistentModelIndex
KEY_ROLE = Qt.ItemDataRole.UserRole
RECORD_ROLE = Qt.ItemDataRole.UserRole + 1
THUMB_ROLE = Qt.ItemDataRole.UserRole + 2
_THUMB = QSize(72, 54)
_ROW = 70


def state_words(record: Record, missing: bool = False, pending: bool = False) -> str:
    """Return how far a video is, in words."""
    if record.state == State.RUNNING:
        return f"{round(100 * record.share)} %"
    if record.state == State.FAILED:
        return "failed"
    if missing:
        return "file not found"
    if record.state == State.DONE:
        if pending:
            return "changed"
        return quality_words(record)
    return {State.QUEUED: "waiting"}.get(record.state, "new")


def quality_words(record: Record) -> str:
    """Return how good a finished video's results are, in the words of table and page."""
    if record.left_out:
        return "all excluded"
    if record.quality is None:
        return "no interval"
    return f"{quality_word(record.quality)} quality"


def _whose(video: Video) -> str:
    """Return subject, eye and visit in a few words, "" where nothing is known."""
    labels = video.decisions.labels
    return ", ".join(labels[name] or "" for name in ("subject", "eye", "visit") if labels.get(name))


class SessionModel(QAbstractListModel):
    """The document's videos as rows."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.thumbnails: dict[str, QPixmap] = {}
        self.pending: set[str] = set()
        self._names: dict[Path, str] = {}
        document.videos_changed.connect(self._reset)
        document.record_changed.connect(self.touch)

    def name_of(self, video: Video) -> str:
        """Return a name that tells the video from the others of the session."""
        return self._names.get(video.path, video.path.stem)

    def _reset(self) -> None:
        self.beginResetModel()
        self._names = told_apart(v.path for v in self.document.session.videos)
        self.endResetModel()

    def touch(self, key: str) -> None:
        """Redraw a video's row."""
        row = self.row_of(key)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    def row_of(self, key: str) -> int | None:
        """Return the row of a video."""
        keys = [v.key for v in self.document.session.videos]
        return keys.index(key) if key in keys else None

    def set_thumbnail(self, key: str, picture: QPixmap) -> None:
        """Show a video's thumbnail."""
        self.thumbnails[key] = picture
        self.touch(key)

    @override
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.document.session.videos)

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        video = self.document.session.videos[index.row()]
        record = self.document.record(video.key)
        if role == Qt.ItemDataRole.DisplayRole:
            return self.name_of(video)
        if role == KEY_ROLE:
            return video.key
        if role == RECORD_ROLE:
            return record
        if role == THUMB_ROLE:
            return self.thumbnails.get(video.key)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return f"{video.path}\n{self.words(video)}\n{record.message}".strip()
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{video.path.name}, {self.words(video)}"
        return None

    def words(self, video: Video) -> str:
        """Return how far a video is, in words."""
        record = self.document.record(video.key)
        return state_words(record, not video.path.is_file(), video.key in self.pending)


class _Delegate(QStyledItemDelegate):
    """Paints one row."""

    def __init__(self, model: SessionModel) -> None:
        super().__init__()
        self._model = model
        self.colours: Colours = LIGHT

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(180, _ROW)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect.adjusted(4, 2, -4, -2)
        state = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        if selected or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            fill = self.colours.accent_soft if selected else self.colours.hover
            painter.setBrush(QColor(fill))
            painter.drawRoundedRect(rect, 6, 6)
        thumb = QRect(rect.topLeft() + QPoint(6, 6), _THUMB)
        self._paint_thumb(painter, thumb, index.data(THUMB_ROLE))
        left = thumb.right() + 10
        self._paint_words(painter, QRect(left, rect.top() + 6, rect.right() - left - 6, 52), index)
        painter.restore()

    def _paint_thumb(self, painter: QPainter, rect: QRect, picture: QPixmap | None) -> None:
        path = QPainterPath()
        path.addRoundedRect(QRectF(rect), 4, 4)
        painter.save()
        painter.setClipPath(path)
        painter.fillRect(rect, QColor(self.colours.canvas))
        if picture is not None:
            size = picture.deviceIndependentSize().scaled(
                QRectF(rect).size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding
            )
            target = QRectF(0, 0, size.width(), size.height())
            target.moveCenter(QRectF(rect).center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(target, picture, QRectF(picture.rect()))
        painter.restore()

    def _paint_words(self, painter: QPainter, rect: QRect, index: _Index) -> None:
        video = self._model.document.session.videos[index.row()]
        record: Record = index.data(RECORD_ROLE)
        text = self._model.words(video)
        metrics = painter.fontMetrics()
        name = metrics.elidedText(
            self._model.name_of(video), Qt.TextElideMode.ElideMiddle, rect.width()
        )
        painter.setPen(QColor(self.colours.text))
        line = QRect(rect.left(), rect.top(), rect.width(), metrics.height())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, name)
        icon, colour = self._badge(record, text)
        top = line.bottom() + 5
        size = 15
        ratio = painter.device().devicePixelRatioF()
        badge = pixmap(icon, colour, round(size * ratio))
        painter.drawPixmap(QRect(rect.left(), top, size, size), badge)
        room = QRect(rect.left() + size + 5, top - 1, rect.width() - size - 5, metrics.height() + 2)
        painter.setPen(QColor(colour if icon in ("failed", "warning") else self.colours.muted))
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        third = _whose(video)
        if record.state == State.FAILED:
            third = record.message.rsplit(": ", 1)[-1]
        if third and record.state != State.RUNNING:
            line = QRect(rect.left(), room.bottom(), rect.width(), metrics.height())
            painter.setPen(QColor(self.colours.muted))
            text = metrics.elidedText(third, Qt.TextElideMode.ElideRight, rect.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft, text)
        if record.state == State.RUNNING:
            bar = QRectF(rect.left(), top + size + 6, rect.width(), 4)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.colours.border))
            painter.drawRoundedRect(bar, 2, 2)
            painter.setBrush(QColor(self.colours.accent))
            bar.setWidth(max(bar.width() * record.share, 4.0))
            painter.drawRoundedRect(bar, 2, 2)

    def _badge(self, record: Record, text: str) -> tuple[str, str]:
        c = self.colours
        if record.state == State.FAILED:
            return "failed", c.danger
        if text in ("file not found", "changed", "changed elsewhere"):
            return "warning", c.warning
        if record.state == State.DONE:
            if record.left_out or record.quality is None:
                return "done", c.muted
            word = quality_word(record.quality)
            return ("warning" if word == "low" else "done"), c.quality(record.quality)
        return {
            State.RUNNING: ("running", c.accent),
            State.QUEUED: ("queued", c.muted),
        }.get(record.state, ("new", c.muted))


class SessionList(QListView):
    """The list; `opened(key)` when another video is chosen."""

    opened = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.videos = SessionModel(document)
        self._delegate = _Delegate(self.videos)
        self.setModel(self.videos)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Videos of the session")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.selectionModel().currentChanged.connect(self._current)

    def set_colours(self, colours: Colours) -> None:
        """Take over a theme."""
        self._delegate.colours = colours
        self.viewport().update()

    def selected_keys(self) -> list[str]:
        """Return the selected videos, in the list's order."""
        rows = sorted(self.selectionModel().selectedIndexes(), key=lambda i: i.row())
        return [str(i.data(KEY_ROLE)) for i in rows]

    def current_key(self) -> str | None:
        """Return the video that is open."""
        index = self.currentIndex()
        return str(index.data(KEY_ROLE)) if index.isValid() else None

    def open_key(self, key: str) -> None:
        """Choose a video."""
        row = self.videos.row_of(key)
        if row is not None:
            self.setCurrentIndex(self.videos.index(row))

    def _current(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(str(index.data(KEY_ROLE)))
