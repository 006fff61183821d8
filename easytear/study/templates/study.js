"use strict";
function cellValue(row, index) {
  const cell = row.cells[index];
  const raw = cell.dataset.v;
  if (raw === undefined) return cell.textContent.trim();
  return raw === "" || raw === "None" ? NaN : Number(raw);
}
function compareCells(a, b) {
  const unknown = (v) => v === "" || Number.isNaN(v);
  if (unknown(a) || unknown(b)) return unknown(a) - unknown(b) || 0;
  if (typeof a === "number") return a - b;
  return a.localeCompare(b, undefined, { numeric: true });
}
function sortBy(table, index) {
  const heads = table.tHead.rows[0].cells;
  const down = heads[index].getAttribute("aria-sort") === "ascending";
  for (const head of heads) head.removeAttribute("aria-sort");
  heads[index].setAttribute("aria-sort", down ? "descending" : "ascending");
  const rows = Array.from(table.tBodies[0].rows, (row) => [cellValue(row, index), row]);
  const empty = (v) => v === "" || Number.isNaN(v);
  rows.sort(([a], [b]) => (down && !empty(a) && !empty(b) ? -compareCells(a, b) : compareCells(a, b)));
  table.tBodies[0].append(...rows.map(([, row]) => row));
}
for (const table of document.querySelectorAll("table.sortable")) {
  Array.from(table.tHead.rows[0].cells).forEach((head, index) => {
    head.tabIndex = 0;
    head.addEventListener("click", () => sortBy(table, index));
    head.addEventListener("keydown", (event) => {
      if (event.key === "Enter") sortBy(table, index);
    });
  });
}
const find = document.getElementById("find");
find.addEventListener("input", () => {
  const words = find.value.toLowerCase();
  for (const row of document.getElementById("table").tBodies[0].rows) {
    row.hidden = !row.textContent.toLowerCase().includes(words);
  }
});
