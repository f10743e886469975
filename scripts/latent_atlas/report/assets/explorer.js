
// The latent explorer: the plane is a sprite of decoded grid points; the point under the cursor is a blend of four.
class Explorer {
  constructor(root) {
    Object.assign(this, JSON.parse(root.querySelector("script").textContent));
    this.sprite = root.querySelector(".sprite");
    this.plane = root.querySelector(".plane canvas");
    this.view = root.querySelector(".decoded canvas");
    this.words = root.querySelector("output");
    this.dots = root.querySelector("input[type=checkbox]");
    this.buttons = [...root.querySelectorAll("[data-label]")];
    this.label = 0;
    this.u = (this.columns - 1) / 2; // column and row of the cursor, in cells
    this.v = (this.rows - 1) / 2;
    this.view.width = this.width;
    this.view.height = this.height;
    // Room for codes beyond the outermost quantiles, so that every code there can be has its place.
    this.marginX = this.torus ? 0 : Explorer.margin(this.columns, this.low, this.high);
    this.marginY = this.torus ? 0 : Explorer.margin(this.rows, this.low, this.high);
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.plane.parentElement);
    this.sprite.decode().then(() => this.draw());
  }

  static margin(cells, low, high) {
    return Math.max(0, low / (high - low) * (cells - 1) - 0.5) + 0.3;
  }

  listen() {
    const follow = (event) => {
      const box = this.plane.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width * (this.columns + 2 * this.marginX) - this.marginX - 0.5;
      const y = (event.clientY - box.top) / box.height * (this.rows + 2 * this.marginY) - this.marginY - 0.5;
      this.move(x, y);
    };
    this.plane.addEventListener("pointermove", follow);
    this.plane.addEventListener("pointerdown", follow);
    this.plane.addEventListener("keydown", (event) => {
      const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] || [0, 0];
      const far = event.shiftKey ? 2 : 0.5;
      if (event.key === "Home") this.move((this.columns - 1) / 2, (this.rows - 1) / 2);
      else if (dx || dy) this.move(this.u + dx * far, this.v + dy * far);
      else return;
      event.preventDefault();
    });
    this.buttons.forEach((button, label) => button.addEventListener("click", () => {
      this.label = label;
      this.buttons.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
      this.draw();
    }));
    if (this.dots) this.dots.addEventListener("change", () => this.draw());
  }

  move(u, v) {
    const within = (at, count) => this.torus ? (at + count) % count : Math.min(Math.max(at, 0), count - 1);
    this.u = within(u, this.columns);
    this.v = within(v, this.rows);
    if (this.queued) return;
    this.queued = true;
    requestAnimationFrame(() => { this.queued = false; this.draw(); });
  }

  draw() {
    this.drawPlane();
    this.drawView();
    this.say();
  }

  /** Where the plane of the chosen label begins in the sprite. */
  origin() {
    return [
      (this.label % this.across) * (this.columns * this.width + this.gap),
      Math.floor(this.label / this.across) * (this.rows * this.height + this.gap),
    ];
  }

  drawPlane() {
    const acrossCells = this.columns + 2 * this.marginX, downCells = this.rows + 2 * this.marginY;
    const width = Math.round(this.plane.clientWidth * (devicePixelRatio || 1));
    const unit = width / acrossCells, unitY = unit * this.height / this.width;
    this.plane.width = width;
    this.plane.height = Math.round(downCells * unitY);
    const pen = this.plane.getContext("2d");
    const [left, top] = this.origin();
    const spanX = this.columns * this.width, spanY = this.rows * this.height;
    pen.drawImage(this.sprite, left, top, spanX, spanY, this.marginX * unit, this.marginY * unitY, this.columns * unit, this.rows * unitY);
    const place = (u, v) => [(u + 0.5 + this.marginX) * unit, (v + 0.5 + this.marginY) * unitY];
    if (this.dots && this.dots.checked) this.drawCodes(pen, place, Math.max(2.2, width / 190));
    const [x, y] = place(this.u, this.v);
    for (const [colour, line] of [["#000", 5], ["#fff", 2.5]]) {
      pen.strokeStyle = colour;
      pen.lineWidth = line * width / 480;
      pen.beginPath();
      pen.arc(x, y, Math.max(unit * 0.55, width / 45), 0, 2 * Math.PI);
      pen.stroke();
    }
  }

  drawCodes(pen, place, radius) {
    const cells = (count) => (count - 1) / (this.high - this.low);
    const back = this.labelled ? this.codes.filter((code) => code[2] !== this.label) : [];
    const front = this.labelled ? this.codes.filter((code) => code[2] === this.label) : this.codes;
    for (const [codes, alpha] of [[back, 0.25], [front, 0.95]]) {
      pen.globalAlpha = alpha;
      pen.strokeStyle = "#fff";
      pen.lineWidth = radius / 4;
      for (const [p, q, label] of codes) {
        const [x, y] = place((p / this.scale - this.low) * cells(this.columns), (this.high - q / this.scale) * cells(this.rows));
        pen.fillStyle = this.colours[label] || "#3f90da";
        pen.beginPath();
        pen.arc(x, y, radius, 0, 2 * Math.PI);
        pen.fill();
        pen.stroke();
      }
    }
    pen.globalAlpha = 1;
  }

  /** Four neighbours, each over the mean of those before it: together, bilinear weights. */
  drawView() {
    const pen = this.view.getContext("2d");
    const column = Math.floor(this.u), row = Math.floor(this.v); // at the last one, what lies beyond weighs nothing or wraps
    const s = this.u - column, t = this.v - row;
    const [left, top] = this.origin();
    let total = 0;
    for (const [dx, dy, weight] of [[0, 0, (1 - s) * (1 - t)], [1, 0, s * (1 - t)], [0, 1, (1 - s) * t], [1, 1, s * t]]) {
      if (weight <= 0) continue;
      total += weight;
      pen.globalAlpha = weight / total;
      const x = left + (column + dx) % this.columns * this.width, y = top + (row + dy) % this.rows * this.height;
      pen.drawImage(this.sprite, x, y, this.width, this.height, 0, 0, this.width, this.height);
    }
    pen.globalAlpha = 1;
  }

  say() {
    if (this.torus) {
      this.words.textContent = `${Math.round(360 * this.u / this.columns)}° across\n${Math.round(360 * this.v / this.rows)}° down`;
      return;
    }
    const latent = (share) => {
      const at = share * (this.latents.length - 1), below = Math.min(Math.floor(at), this.latents.length - 2);
      const value = this.latents[below] + (at - below) * (this.latents[below + 1] - this.latents[below]);
      return value.toFixed(2).replace("-", "−").replace(/^−(0\.00)$/, "$1");
    };
    const first = this.columns > 1 ? this.u / (this.columns - 1) : 0.5, second = this.rows > 1 ? 1 - this.v / (this.rows - 1) : 0.5;
    this.words.textContent = `z1 = ${latent(first)}` + (this.rows > 1 ? `\nz2 = ${latent(second)}` : "");
  }
}
document.querySelectorAll("[data-explorer]").forEach((root) => new Explorer(root));
