// The template is a working adapter before anything is replaced in it, so its tests are run where they stand.
import "../template/test/conformance.test.ts";
import "../template/test/driver.test.ts";
import "../template/test/map.test.ts";
import "../template/test/readme.test.ts";
