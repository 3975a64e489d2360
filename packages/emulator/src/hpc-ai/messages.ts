/** Error texts are the only error codes there are; those marked with a source are the site's own words. */
const english = {
  // The three the documentation prints.
  notLoggedIn: "Not logged in or login expired, please log in again",
  instanceNotFound: "ent: instance not found",
  volumeNotFound: "Volume not found",
  // Made up in the same manner.
  wrongPassword: "Incorrect username or password",
  badBody: "invalid request body",
  typeNotFound: "instance type not found",
  regionNotFound: "region not found",
  imageNotFound: "image not found",
  spotMismatch: "invalid isSpotInstance for this instance type",
  invalidChargeMode: "invalid chargeMode for this instance type",
  noStock: "the instance type is out of stock",
  noBalance: "insufficient balance, please recharge",
  notRunning: "instance status does not allow this: it is not running",
  notStopped: "instance status does not allow this: it is not stopped",
} as const;

export type HpcAiMessage = keyof typeof english;

const chinese: Readonly<Record<HpcAiMessage, string>> = {
  notLoggedIn: "未登录或登录已过期，请重新登录",
  instanceNotFound: "实例不存在",
  volumeNotFound: "存储卷不存在",
  wrongPassword: "登录失败，用户名或密码错误",
  badBody: "参数错误",
  typeNotFound: "实例规格不存在",
  regionNotFound: "区域不存在",
  imageNotFound: "镜像不存在",
  spotMismatch: "参数错误：isSpotInstance",
  invalidChargeMode: "参数错误：chargeMode",
  noStock: "库存不足",
  noBalance: "余额不足，请充值",
  notRunning: "实例状态不允许该操作",
  notStopped: "实例状态不允许该操作",
};

export function textOf(message: HpcAiMessage, language: "en" | "zh"): string {
  return language === "zh" ? chinese[message] : english[message];
}
