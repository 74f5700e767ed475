// The map of what was found: only on pages that show it. The list beside it holds the same, for everyone.
import { Control, DomEvent, DomUtil, Map as LeafletMap, TileLayer, latLngBounds } from "leaflet/dist/leaflet-src.esm.js";
import { Names } from "./map-names.js";
import { Pins } from "./map-pins.js";
import { Wards } from "./map-wards.js";

const CLOSEST = 14; // zoom: nothing is shown closer than a street or so
const ALONE = 12; // zoom for a single spot

const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const byTouch = () => window.matchMedia("(pointer: coarse)").matches;

async function fetched(address, signal) {
  const answer = await fetch(address, { signal, headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return answer.json();
}

/** Leaflet takes HTML where it credits; we give it words. */
function plain(words) {
  const box = document.createElement("span");
  box.textContent = words;
  return box.innerHTML;
}

/** Leads back to the whole picture after somebody has wandered off. */
const ShowAll = Control.extend({
  options: { position: "topright" },
  onAdd(map) {
    const bar = DomUtil.create("div", "leaflet-bar");
    const button = DomUtil.create("button", "pf-map-all", bar);
    button.type = "button";
    button.textContent = "Show all";
    DomEvent.disableClickPropagation(bar);
    DomEvent.on(button, "click", () => map.fire("showall"));
    return bar;
  },
});

class ResultsMap {
  #asking;

  constructor(box) {
    this.box = box;
    box.replaceChildren();
    this.map = new LeafletMap(box, {
      attributionControl: false,
      zoomAnimation: !calm(),
      fadeAnimation: !calm(),
      markerZoomAnimation: !calm(),
      inertia: !calm(),
      dragging: !byTouch(), // one finger scrolls the page, two move the map
      scrollWheelZoom: false, // until somebody has stepped into the map
      maxZoom: CLOSEST,
      zoomSnap: 0.25,
      zoomDelta: 1,
    });
    new ShowAll().addTo(this.map);
    this.map.on("focus", () => this.map.scrollWheelZoom.enable());
    this.map.on("blur", () => this.map.scrollWheelZoom.disable());
    this.map.on("showall", () => this.#fit());
    this.names = box.dataset.tiles ? null : new Names(this.map); // tiles bring their own
    this.pins = new Pins(this.map, this.names);
    this.#ground();
  }

  /** What lies beneath: tiles where an address for them is set, and the wards that are loaded. */
  #ground() {
    const { tiles, attribution, wards, wardsFrom } = this.box.dataset;
    const from = new Control.Attribution({ prefix: false }).addTo(this.map);
    if (tiles) new TileLayer(tiles, { maxZoom: 19 }).addTo(this.map);
    if (tiles && attribution) from.addAttribution(plain(attribution));
    this.wards = new Wards(this.map, fetched(wards), {
      pale: Boolean(tiles),
      drawn: () => {
        from.addAttribution(plain(wardsFrom));
        if (!this.pins.places.length) this.#fit();
        this.names?.ofWards(this.wards.shapes);
      },
    });
  }

  say(words) {
    document.getElementById(`${this.box.id}-status`).textContent = words;
  }

  async show() {
    this.#asking?.abort();
    this.#asking = new AbortController();
    this.box.setAttribute("aria-busy", "true");
    try {
      const found = await fetched(this.box.dataset.points, this.#asking.signal);
      this.pins.take(found.features);
      this.#fit();
      this.wards.shade(found.wards ?? {});
      this.#say(found);
    } catch (problem) {
      if (problem.name === "AbortError") return;
      this.pins.take([]);
      this.#fit();
      this.say("The map can’t be drawn just now. The list below has everything.");
    }
    this.box.removeAttribute("aria-busy");
  }

  #fit() {
    const around = this.pins.places.length ? latLngBounds(this.pins.places) : this.wards.bounds;
    this.box.classList.toggle("pf-map-box__map--nothing", !around);
    if (!around) return;
    this.map.invalidateSize({ animate: false });
    this.map.fitBounds(around, { paddingTopLeft: [28, 36], paddingBottomRight: [28, 44], maxZoom: ALONE, animate: false });
  }

  #say({ features, left_out: leftOut = 0, nowhere = 0, notice = "" }) {
    if (notice) return this.say(notice);
    const many = (number) => number.toLocaleString("en-GB");
    const said = [features.length ? `${many(features.length)} on the map.` : "Nothing to put on the map."];
    if (leftOut) said.push(`${many(leftOut)} more did not fit: narrow the search to see them.`);
    if (nowhere) said.push(`${many(nowhere)} ${nowhere === 1 ? "has" : "have"} no place on the map and ${nowhere === 1 ? "is" : "are"} in the list.`);
    this.say(said.join(" "));
  }
}

let drawn; // one map, wherever new results want it

function draw() {
  const box = document.querySelector("[data-map]");
  if (!box) return;
  drawn ??= new ResultsMap(box);
  if (box !== drawn.box) {
    Object.assign(drawn.box.dataset, box.dataset);
    box.replaceWith(drawn.box);
  }
  drawn.show();
}

draw();
document.addEventListener("results", draw);
