// Builds static/dist: a stylesheet and a script for every page, the map's own, the fonts. Run it with `npm run build`.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { compile } from "sass";

const BUILT = "static/dist";
const OUT = `${BUILT}-${process.pid}`; // put in place whole, so that a running site never sees half a build
const FACE = "atkinson-hyperlegible";
const WEIGHTS = [400, 700];
const NAMES = ["app", "map"]; // for every page; for pages with a map

async function fonts() {
  await mkdir(`${OUT}/fonts`, { recursive: true });
  for (const weight of WEIGHTS) {
    const from = `node_modules/@fontsource/${FACE}/files/${FACE}-latin-${weight}-normal.woff2`;
    await copyFile(from, `${OUT}/fonts/${FACE}-${weight}.woff2`);
  }
}

/** Marks each font's address with its content, so that browsers may keep it for ever. */
async function versioned(css) {
  for (const weight of WEIGHTS) {
    const name = `fonts/${FACE}-${weight}.woff2`;
    const mark = createHash("sha256").update(await readFile(`${OUT}/${name}`)).digest("hex").slice(0, 12);
    css = css.replaceAll(name, `${name}?v=${mark}`);
  }
  return css;
}

async function styles(name) {
  const { css } = compile(`assets/scss/${name}.scss`, {
    loadPaths: ["node_modules", "."], // MOJ Frontend names GOV.UK Frontend by its path from here
    quietDeps: true,
  });
  const { code } = await transform(await versioned(css), { loader: "css", minify: true, target: "es2020" });
  await writeFile(`${OUT}/${name}.css`, code);
}

async function scripts() {
  await build({
    entryPoints: NAMES.map((name) => `assets/js/${name}.js`),
    outdir: OUT,
    bundle: true,
    format: "esm",
    minify: true,
    target: "es2020",
    legalComments: "eof",
  });
}

await fonts();
await Promise.all([...NAMES.map(styles), scripts()]);
for (const name of NAMES.flatMap((name) => [`${name}.css`, `${name}.js`])) {
  const bytes = await readFile(`${OUT}/${name}`);
  console.log(`${name}: ${bytes.length} bytes, ${gzipSync(bytes).length} compressed`);
}
await rm(BUILT, { recursive: true, force: true });
await rename(OUT, BUILT);
