// How names, numbers and directions read.
const DASH = "–";
const figures = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

const DIRECTIONS = {
  lower_is_better: "Lower is better",
  higher_is_better: "Higher is better",
  neutral: "Neither direction is better",
};

function number(value) {
  if (value == null) return DASH;
  const size = Math.abs(value);
  return value !== 0 && (size < 1e-6 || size >= 1e15) ? value.toExponential(2) : figures.format(value);
}

const percent = (share) => (share == null ? DASH : `${number(share * 100)}\u00a0%`);
const changes = new Intl.NumberFormat("en", { maximumFractionDigits: 1, signDisplay: "exceptZero" });
const change = (share) => (share == null ? DASH : `${changes.format(share * 100).replace("-", "−")}\u00a0%`);
const span = (from, to) => (from == null ? DASH : `${number(from)} to ${number(to)}`);

const sentenceCase = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const metricName = (name) => sentenceCase(name.replaceAll("_", " ")).replace(/\bghg\b/i, "GHG");

function industryName(code) {
  const name = industries.get(code)?.industry_name;
  return name ? `${code} ${name}` : code;
}

function scopeName(scope) {
  const [type, code] = JSON.parse(scope);
  if (type === "network") return "All members";
  if (type === "industry") return industryName(code);
  return `Peer group ${type.split(":")[1].slice(0, 8)}${code ? ` in ${industryName(code)}` : ""}`;
}

function shortScopeName(scope) {
  const [type, code] = JSON.parse(scope);
  return type === "network" ? "All" : type === "industry" ? code : "Group";
}
