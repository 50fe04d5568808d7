// Figures as people read them.

const money = new Intl.NumberFormat("sv-SE", { style: "currency", currency: "SEK" });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export const kronor = (ore) => money.format(ore / 100);
export const time = (iso) => (iso ? moment.format(new Date(iso)) : "–");
export const stars = (rating) => "★".repeat(rating) + "☆".repeat(5 - rating);
export const percent = (value) => `${Number(value).toFixed(1)} %`;
