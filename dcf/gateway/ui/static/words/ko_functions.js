/** The view's texts. */
export const words = {};
