// The switch between light and dark, the search, and tables that sort. No request leaves the page.
"use strict";
(() => {
  const page = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const kept = () => { try { return localStorage.getItem("featuretrail-theme"); } catch { return null; } };
  const chosen = kept();
  if (chosen === "dark" || chosen === "light") page.dataset.theme = chosen;
  const isDark = () => (page.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";

  function startTheme(button) {
    const show = () => {
      const next = isDark() ? "Light" : "Dark";
      button.querySelector("span").textContent = next;
      button.setAttribute("aria-label", `Show in ${next.toLowerCase()}`);
    };
    button.addEventListener("click", () => {
      page.dataset.theme = isDark() ? "light" : "dark";
      try { localStorage.setItem("featuretrail-theme", page.dataset.theme); } catch { /* not kept */ }
      show();
    });
    dark.addEventListener("change", show);
    show();
    button.hidden = false;
  }

  function startTables() {
    for (const table of document.querySelectorAll("table.sortable")) {
      table.querySelectorAll("thead th").forEach((heading, column) => {
        if (heading.classList.contains("unsorted")) return;
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = heading.textContent;
        heading.replaceChildren(button);
        button.addEventListener("click", () => sort(table, heading, column));
      });
    }
  }

  // a cell is a number, a text, or nothing: what is missing stays last whichever way is sorted
  const key = (row, column) => {
    const cell = row.cells[column];
    const text = cell.dataset.sort ?? cell.textContent.trim();
    if (text === "" || text === "–") return null;
    const number = text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text.replaceAll(",", ""));
    return Number.isNaN(number) ? text : number;
  };
  const compare = (a, b) => typeof a === "number" && typeof b === "number" ? (a < b ? -1 : a > b ? 1 : 0)
    : typeof a === "number" ? -1 : typeof b === "number" ? 1 : a.localeCompare(b, "en", { numeric: true });

  function sort(table, heading, column) {
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const each of table.querySelectorAll("thead th")) each.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [key(row, column), row]);
    rows.sort(([a], [b]) => a === null || b === null ? (a === null) - (b === null) : (down ? -1 : 1) * compare(a, b));
    body.append(...rows.map(([, row]) => row));
  }

  function startCopying() {
    if (!navigator.clipboard) return;
    for (const button of document.querySelectorAll("button.copy")) {
      button.hidden = false;
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
          button.textContent = "Copied";
        } catch { button.textContent = "Not allowed"; }
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      });
    }
  }

  let index = null;
  const waiting = [];
  function withIndex(then) {
    if (index) { then(); return; }
    waiting.push(then);
    if (waiting.length > 1) return;
    const script = document.createElement("script");
    script.src = `${page.dataset.root}assets/search-index.js`;
    const loaded = () => { index = prepared(window.featuretrailIndex ?? []); waiting.splice(0).forEach((each) => each()); };
    script.addEventListener("load", loaded);
    script.addEventListener("error", loaded);
    document.head.append(script);
  }
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");  // å is found by a
  const prepared = (entries) => entries.map(([kind, name, target, words]) =>
    ({ kind, name, target, words, low: plain(name), own: plain(kind === "feature" ? name.slice(name.indexOf(".") + 1) : name), all: plain(`${name} ${kind} ${words}`) }));

  function matches(text) {
    const asked = plain(text).split(/\s+/).filter(Boolean);
    if (!asked.length) return [];
    const scored = [];
    for (const entry of index) {
      let score = 0;
      for (const word of asked) {
        if (entry.own === word || entry.low === word) score += 8;
        else if (entry.own.startsWith(word)) score += 5;
        else if (entry.low.includes(word)) score += 3;
        else if (entry.all.includes(word)) score += 1;
        else { score = 0; break; }
      }
      if (score) scored.push([score, entry]);
    }
    scored.sort((a, b) => b[0] - a[0] || a[1].low.localeCompare(b[1].low, "en"));
    return scored.slice(0, 30).map(([, entry]) => entry);
  }

  function startSearch(input, list) {
    let active = -1;
    const options = () => [...list.querySelectorAll("li[role=option]")];
    const nothing = () => window.featuretrailIndex ? "Nothing is named or described like this" : "assets/search-index.js is not there";
    const close = () => { list.hidden = true; active = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
    const select = (number) => {
      const all = options();
      if (!all.length) return;
      active = (number + all.length) % all.length;
      all.forEach((each, place) => each.setAttribute("aria-selected", String(place === active)));
      input.setAttribute("aria-activedescendant", all[active].id);
      all[active].scrollIntoView({ block: "nearest" });
    };
    const element = (kind, name, text) => { const made = document.createElement(kind); made.className = name; made.textContent = text; return made; };
    const open = (entry) => { location.href = page.dataset.root + entry.target.split("/").map(encodeURIComponent).join("/"); };
    const show = () => withIndex(() => {
      const found = matches(input.value);
      if (!input.value.trim()) { close(); return; }
      list.replaceChildren(...found.map((entry, place) => {
        const item = document.createElement("li");
        item.id = `found-${place}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.append(element("span", "kind", entry.kind), element("span", "name", entry.name));
        if (entry.words) item.append(element("span", "words", entry.words));
        item.addEventListener("mousedown", (event) => { event.preventDefault(); open(entry); });
        return item;
      }));
      if (!found.length) {
        const item = element("li", "none", nothing());
        item.setAttribute("role", "option");
        item.setAttribute("aria-disabled", "true");
        item.setAttribute("aria-selected", "false");
        list.replaceChildren(item);
      }
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      if (found.length) select(0);
      list.found = found;
    });
    input.addEventListener("input", show);
    input.addEventListener("focus", () => withIndex(() => { if (input.value.trim()) show(); }));
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { input.value = ""; close(); input.blur(); }
      else if (list.hidden) return;
      else if (event.key === "ArrowDown") { event.preventDefault(); select(active + 1); }
      else if (event.key === "ArrowUp") { event.preventDefault(); select(active - 1); }
      else if (event.key === "Enter" && list.found?.[active]) { event.preventDefault(); open(list.found[active]); }
    });
    document.addEventListener("keydown", (event) => {
      const typing = /^(input|textarea|select)$/i.test(event.target.tagName) || event.target.isContentEditable;
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); input.focus(); }
    });
    input.hidden = false;
  }

  // a phone shows some of the headings: the page's own is among them
  function showOwnHeading(nav) {
    const own = nav.querySelector("[aria-current]");
    if (own) nav.scrollLeft = own.offsetLeft - nav.offsetLeft - (nav.clientWidth - own.offsetWidth) / 2;
  }

  document.addEventListener("DOMContentLoaded", () => {
    showOwnHeading(document.querySelector("header.top nav"));
    startTheme(document.getElementById("theme"));
    startSearch(document.getElementById("search"), document.getElementById("found"));
    startTables();
    startCopying();
  });
})();
