// Names on plain paper: of towns under their pins, those with most to find first, then of wards with room for theirs.
import { DivIcon, LayerGroup, Marker } from "leaflet/dist/leaflet-src.esm.js";

const LETTER = 8; // pixels
const LINE = 20;
const BELOW = 18; // from the middle of a pin to its name

/** The town that most of these things are in. */
function townOf(things) {
  const counts = new Map();
  for (const { town } of things) if (town) counts.set(town, (counts.get(town) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1])[0]?.[0] ?? "";
}

const overlap = (one, other) =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

export class Names {
  #pins = [];
  #wards = [];

  constructor(map) {
    this.map = map;
    map.createPane("names").style.zIndex = 450; // over the wards, under the pins
    this.layer = new LayerGroup().addTo(map);
  }

  /** `groups` are [where, things] of each pin. */
  ofPins(groups) {
    this.#pins = groups;
    this.#draw();
  }

  /** `shapes` are { name, bounds } of each ward. */
  ofWards(shapes) {
    this.#wards = shapes;
    this.#draw();
  }

  #draw() {
    this.taken = this.#pins.map(([where]) => this.#box(where, BELOW, -BELOW, 2 * BELOW));
    this.said = new Set();
    this.layer.clearLayers();
    const most = [...this.#pins].sort((one, other) => other[1].length - one[1].length);
    for (const [where, things] of most) this.#name(townOf(things), where, BELOW, "pf-map-town");
    for (const { name, bounds } of this.#wards) {
      const [west, east] = [bounds.getSouthWest(), bounds.getNorthEast()].map((corner) => this.map.project(corner).x);
      if (name.length * LETTER < east - west) this.#name(name, bounds.getCenter(), -LINE / 2, "pf-map-town pf-map-town--ward");
    }
  }

  /** Where something this wide and high would stand, so far below a place. */
  #box(where, half, below, high) {
    const { x, y } = this.map.latLngToContainerPoint(where);
    return { left: x - half, right: x + half, top: y + below, bottom: y + below + high };
  }

  #name(name, where, below, className) {
    const half = (name.length * LETTER) / 2;
    const box = this.#box(where, half, below, LINE);
    if (!name || this.said.has(name) || this.taken.some((each) => overlap(each, box))) return;
    this.taken.push(box);
    this.said.add(name);
    const label = document.createElement("span");
    label.textContent = name;
    const icon = new DivIcon({ className, html: label, iconSize: [half * 2, LINE], iconAnchor: [half, -below] });
    const marker = new Marker(where, { icon, pane: "names", interactive: false, keyboard: false }).addTo(this.layer);
    marker.getElement().setAttribute("aria-hidden", "true");
  }
}
