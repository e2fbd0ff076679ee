// Takes the pictures of the web UI: fills a folder by really running flows through a day, opens each page in Chromium, and writes
// PNG files beside this script. From the repository's root, after `npm run build`:
//   TUTTI_TEST_CHROMIUM=/usr/bin/chromium node docs/pictures/web.ts [NAME…]
import { join } from "node:path";
import { createScene, models, startLate } from "./web/scene.ts";
import { takePictures } from "./web/shot.ts";
import { openBrowser, webAssets } from "../../test/support/browser.ts";
import { serveProduct } from "../../test/support/web-product.ts";
import { projectFiles } from "./web/flow.ts";

const wanted = process.argv.slice(2);
const assets = await webAssets();
await using browser = await openBrowser();
await using product = await createScene(assets);
await using empty = await serveProduct({ assets, files: projectFiles(), models: { models } });
await startLate(product);
await takePictures({
  browser,
  product,
  empty,
  folder: process.env["PICTURE_FOLDER"] ?? join(import.meta.dirname),
  wanted,
});
