"use strict";

// Tables: a button in every head sorts by that column, its better end first; missing values stay last.
for (const table of document.querySelectorAll("table.comparison")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
    const lowFirst = column === 0 || (head.querySelector(".direction") || {}).textContent === "↓";
    button.addEventListener("click", () => {
      const current = head.getAttribute("aria-sort");
      const ascending = current ? current !== "ascending" : lowFirst;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      const body = table.tBodies[0];
      const value = (row) => parseFloat(row.cells[column].dataset.value);
      const compare = (a, b) => {
        const [x, y] = [value(a), value(b)];
        if (isNaN(x) || isNaN(y)) return isNaN(x) - isNaN(y);
        return ascending ? x - y : y - x;
      };
      body.append(...[...body.rows].sort(compare));
    });
  });
}

// Videos: play while they can be seen, unless the reader prefers no motion.
const still = matchMedia("(prefers-reduced-motion: reduce)");
const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) target.pause();
    else if (still.matches) target.preload = "metadata";
    else target.play().catch(() => {});
  }
}, { threshold: 0.2 });
document.querySelectorAll("video").forEach((video) => watcher.observe(video));

// Figures: enlarge on request.
const large = document.getElementById("large");
for (const zoom of document.querySelectorAll(".zoom")) {
  zoom.addEventListener("click", () => {
    const picture = zoom.querySelector("img").cloneNode();
    large.querySelector(".scroll").replaceChildren(picture);
    large.showModal();
  });
}
large.addEventListener("click", (event) => {
  if (event.target === large || event.target.closest(".close")) large.close();
});

// Contents: closed at first where they would cover the page; the current section is marked.
const contents = document.querySelector(".contents details");
const narrow = matchMedia("(max-width: 62rem)");
const fold = () => { contents.open = !narrow.matches; };
narrow.addEventListener("change", fold);
fold();
const links = new Map([...contents.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
contents.addEventListener("click", (event) => { if (event.target.closest("a") && narrow.matches) contents.open = false; });
const places = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
let waiting = false;
const mark = () => {
  waiting = false;
  const passed = places.filter((place) => place.getBoundingClientRect().top < innerHeight / 3);
  const current = passed.length ? passed[passed.length - 1].id : "";
  links.forEach((link, id) => { if (id === current) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current"); });
};
addEventListener("scroll", () => { if (!waiting) { waiting = true; requestAnimationFrame(mark); } }, { passive: true });
mark();
