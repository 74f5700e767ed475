// Ward shapes, shaded by how much was found in each.
import { GeoJSON } from "leaflet/dist/leaflet-src.esm.js";

const STEPS = [1, 3, 6, 12]; // how many make the next shade

const shadeOf = (count) => STEPS.filter((step) => count >= step).length;

export class Wards {
  #counts = {};

  /** `drawn` is called once they are. Under tiles they are `pale`. */
  constructor(map, coming, { pale, drawn }) {
    coming
      .then((shapes) => {
        if (!shapes.features.length) return;
        const className = `pf-ward${pale ? " pf-ward--pale" : ""}`;
        this.layer = new GeoJSON(shapes, { interactive: false, className, weight: 1 }).addTo(map);
        this.shade(this.#counts);
        drawn();
      })
      .catch(() => {}); // a map without wards is still a map
  }

  get bounds() {
    return this.layer?.getBounds() ?? null;
  }

  get shapes() {
    return this.layer.getLayers().map((shape) => ({ name: shape.feature.properties.name, bounds: shape.getBounds() }));
  }

  /** `counts` are how many were found, by ward code. */
  shade(counts) {
    this.#counts = counts;
    this.layer?.eachLayer((shape) => {
      const path = shape.getElement();
      if (path) path.dataset.shade = shadeOf(counts[shape.feature.properties.code] ?? 0);
    });
  }
}
