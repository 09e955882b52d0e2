import type { ChannelRule } from "../../api/types";
import { valueWords } from "../filters/dimensions";

type Channel = ChannelRule["channel"];

const channels = [
  "direct",
  "organic_search",
  "organic_social",
  "organic_shopping",
  "organic_video",
  "referral",
  "email",
  "affiliates",
  "audio",
  "sms",
  "mobile_push",
  "paid_search",
  "paid_social",
  "paid_shopping",
  "paid_video",
  "display",
  "cross_network",
  "paid_other",
  "unassigned",
] as const satisfies readonly Channel[];

/** Every channel, in the order in which they are offered. */
export const channelOptions = channels.map((value: Channel) => ({
  value,
  label: valueWords("channel", value),
}));
