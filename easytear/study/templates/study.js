"use strict";
const MORE = 300; // rows that are added when the end of a long table comes into view
function known(value) {
  return value !== "" && !Number.isNaN(value);
}
function cellValue(row, index) {
  const cell = row.cells[index];
  const raw = cell.dataset.v;
  if (raw === undefined) return cell.textContent.trim();
  return raw === "" || raw === "None" ? NaN : Number(raw);
}
function compareCells(a, b) {
  if (!known(a) || !known(b)) return known(b) - known(a);
  if (typeof a === "number") return a - b;
  return a.localeCompare(b, undefined, { numeric: true });
}
function turned(table, index) {
  const heads = table.tHead.rows[0].cells;
  const down = heads[index].getAttribute("aria-sort") === "ascending";
  for (const head of heads) head.removeAttribute("aria-sort");
  heads[index].setAttribute("aria-sort", down ? "descending" : "ascending");
  return ([a], [b]) => (down && known(a) && known(b) ? -compareCells(a, b) : compareCells(a, b));
}
class Rows {
  constructor(table, data) {
    this.table = table;
    this.body = table.tBodies[0];
    this.numeric = Array.from(table.tHead.rows[0].cells, (head) => head.classList.contains("n"));
    this.entries = [...Array.from(this.body.rows, (row) => ({ row })), ...data.map((told) => ({ told }))];
    this.found = this.entries;
    this.limit = data.length ? this.body.rows.length : Infinity;
    if (data.length) this.follow(table.parentElement);
  }
  follow(region) {
    region.addEventListener("scroll", () => {
      if (region.scrollTop + region.clientHeight < region.scrollHeight - 600) return;
      const more = this.found.slice(this.limit, this.limit + MORE);
      this.limit += more.length;
      this.body.append(...more.map((entry) => this.row(entry)));
    });
  }
  row(entry) {
    if (entry.row) return entry.row;
    const [state, page, ...texts] = entry.told;
    const row = document.createElement("tr");
    row.className = state;
    texts.forEach((text, index) => {
      const cell = row.insertCell();
      cell.textContent = text;
      if (this.numeric[index]) cell.className = "n";
    });
    const link = document.createElement("a");
    link.href = `videos/${encodeURIComponent(texts[0])}/${page ? "report.html" : ""}`;
    link.textContent = texts[0];
    row.cells[0].replaceChildren(link);
    row.lastElementChild.className = "text";
    entry.row = row;
    entry.late = true;
    return row;
  }
  value(entry, index) {
    if (entry.row && !entry.late) return cellValue(entry.row, index);
    const text = entry.told[index + 2];
    return this.numeric[index] ? parseFloat(text.replace("−", "-")) : text;
  }
  text(entry) {
    return entry.told ? entry.told.slice(2).join(" ") : entry.row.textContent;
  }
  sort(index) {
    const order = turned(this.table, index);
    const pick = (entries) => entries.map((one) => [this.value(one, index), one]).sort(order).map(([, one]) => one);
    const all = this.found === this.entries;
    this.entries = pick(this.entries);
    this.found = all ? this.entries : pick(this.found);
    this.show();
  }
  find(words) {
    const has = (entry) => this.text(entry).toLowerCase().includes(words);
    this.found = words ? this.entries.filter(has) : this.entries;
    this.show();
  }
  show() {
    if (this.limit !== Infinity) this.limit = MORE;
    this.body.replaceChildren(...this.found.slice(0, this.limit).map((entry) => this.row(entry)));
  }
}
for (const table of document.querySelectorAll("table.sortable")) {
  const told = table.id === "table" ? document.getElementById("more") : null;
  const rows = new Rows(table, told ? JSON.parse(told.textContent) : []);
  Array.from(table.tHead.rows[0].cells).forEach((head, index) => {
    head.tabIndex = 0;
    head.addEventListener("click", () => rows.sort(index));
    head.addEventListener("keydown", (event) => {
      if (event.key === "Enter") rows.sort(index);
    });
  });
  if (table.id === "table") {
    const find = document.getElementById("find");
    find.addEventListener("input", () => rows.find(find.value.toLowerCase()));
  }
}
