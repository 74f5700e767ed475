// What was found, as pins; pins that would lie on each other become one with a number.
import { DivIcon, LayerGroup, Marker, Popup, latLngBounds } from "leaflet/dist/leaflet-src.esm.js";

const TOUCH = 44; // pixels: how large a pin is to a finger, and how close two may lie
const MOST_LISTED = 50; // in one popup

function made(tag, name, ...inside) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...inside);
  return element;
}

/** Groups spots so that no two groups begin within a finger of each other at this zoom. */
function grouped(spots, map) {
  const groups = [];
  for (const spot of spots) {
    const at = map.project(spot.where);
    const near = groups.find((group) => Math.abs(group.at.x - at.x) < TOUCH && Math.abs(group.at.y - at.y) < TOUCH);
    if (near) near.spots.push(spot);
    else groups.push({ at, spots: [spot] });
  }
  return groups.map((group) => group.spots);
}

/** The features that share one place, as one spot: nobody's place is finer than their page says. */
function spotsOf(features) {
  const spots = new Map();
  for (const { geometry, properties } of features) {
    const [lon, lat] = geometry.coordinates;
    const key = `${lat},${lon}`;
    if (!spots.has(key)) spots.set(key, { key, where: [lat, lon], things: [] });
    spots.get(key).things.push(properties);
  }
  return [...spots.values()];
}

function line(thing) {
  const item = made("li", "", made("span", `govuk-tag pf-kind pf-kind--${thing.family}`, thing.kind), " ");
  const link = made("a", "", thing.title);
  link.href = thing.href;
  item.append(link);
  if (thing.who) item.append(made("span", "pf-soft govuk-body-s", thing.who));
  return item;
}

function nameOf(things, apart) {
  const { kind, title, town } = things[0];
  if (things.length === 1) return `${kind}: ${title}`;
  const number = things.length.toLocaleString("en-GB");
  return apart ? `${number} near ${town}, look closer` : `${number} in or near ${town}`;
}

function faceOf(things) {
  if (things.length === 1) return made("span", `pf-pin pf-pin--${things[0].family}`);
  return made("span", `pf-pin pf-pin--several${things.length > 99 ? " pf-pin--large" : ""}`, things.length.toLocaleString("en-GB"));
}

/** What is written on a pin that was pressed: links, and a button that closes it. */
function note(things, close) {
  const box = made("div", "pf-map-note");
  const button = made("button", "pf-link-button", "Close");
  button.type = "button";
  button.addEventListener("click", close);
  const list = made("ul", "", ...things.slice(0, MOST_LISTED).map(line));
  if (things.length > 1) box.append(made("p", "", made("strong", "", `${things.length} in or near ${things[0].town}`)));
  box.append(list);
  if (things.length > MOST_LISTED) box.append(made("p", "pf-soft govuk-body-s", `And ${things.length - MOST_LISTED} more, in the list.`));
  box.append(button);
  return box;
}

export class Pins {
  #spots = [];
  #pins = new Map(); // which pin stands for each spot, by its key
  #drawn = "";

  /** `names` writes the names of towns, where nothing else does. */
  constructor(map, names) {
    this.map = map;
    this.names = names;
    this.layer = new LayerGroup().addTo(map);
    map.whenReady(() => {
      map.on("zoomend moveend popupclose", () => this.draw());
      this.draw();
    });
    map.on("popupopen", ({ popup }) => popup.getElement().querySelector("a")?.focus({ preventScroll: true }));
    map.getContainer().addEventListener("keydown", ({ key }) => key === "Escape" && this.#close());
  }

  get places() {
    return this.#spots.map((spot) => spot.where);
  }

  take(features) {
    this.#spots = spotsOf(features);
    this.#drawn = "";
    this.map.closePopup();
  }

  draw() {
    if (this.popup?.isOpen()) return; // it may have moved the map a little; its pin stays
    const view = this.map.getBounds().pad(0.5);
    const groups = grouped(this.#spots, this.map).filter((spots) => spots.some((spot) => view.contains(spot.where)));
    const drawn = [this.map.getZoom(), ...groups.map((spots) => spots[0].key)].join(" ");
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const focused = document.activeElement?.dataset.spot;
    this.layer.clearLayers();
    this.#pins.clear();
    const pins = groups.map((spots) => this.#add(spots));
    this.names?.ofPins(pins);
    if (focused) this.#focus(focused);
  }

  #add(spots) {
    const things = spots.flatMap((spot) => spot.things);
    const middle = spots.length === 1 ? spots[0].where : latLngBounds(spots.map((spot) => spot.where)).getCenter();
    const name = nameOf(things, spots.length > 1);
    const icon = new DivIcon({ className: "pf-pin-touch", html: faceOf(things), iconSize: [TOUCH, TOUCH] });
    const pin = new Marker(middle, { icon, title: name, riseOnHover: true }).addTo(this.layer);
    const element = pin.getElement();
    element.setAttribute("aria-label", name);
    element.dataset.spot = spots[0].key;
    for (const spot of spots) this.#pins.set(spot.key, pin);
    pin.on("click", () => this.#press(pin, spots, things));
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.#press(pin, spots, things);
    });
    return [middle, things];
  }

  /** Several spots: look closer. One, or as close as it goes: say what is there. */
  #press(pin, spots, things) {
    if (spots.length > 1 && this.map.getZoom() < this.map.getMaxZoom()) {
      this.map.fitBounds(latLngBounds(spots.map((spot) => spot.where)), { padding: [TOUCH, TOUCH] });
      return;
    }
    const { x, y } = this.map.getSize();
    this.popup = new Popup({
      closeButton: false,
      closeOnEscapeKey: false,
      minWidth: Math.min(200, x - 70),
      maxWidth: Math.min(300, x - 70),
      maxHeight: Math.min(260, y - 90),
      autoPanPadding: [12, 12],
    });
    this.pressed = spots[0].key;
    this.popup.setLatLng(pin.getLatLng()).setContent(note(things, () => this.#close())).openOn(this.map);
  }

  /** Away with what is written, and back to the pin it belongs to. */
  #close() {
    if (!this.popup?.isOpen()) return;
    this.map.closePopup(this.popup);
    this.#focus(this.pressed);
  }

  #focus(key) {
    this.#pins.get(key)?.getElement()?.focus({ preventScroll: true });
  }
}
