import { type LayoutItem, layouts, type Plugin } from 'chart.js';

/** Keeps room between a legend and the plot, in pixels. */
export function topRoomPlugin(height: number): Plugin {
  return {
    id: 'top-room',
    beforeInit(chart) {
      const box: LayoutItem & { options: object } = {
        position: 'top',
        // Next to the plot: title and legend stand further out.
        weight: 0,
        fullSize: false,
        options: {},
        ...{ width: 0, height, left: 0, top: 0, right: 0, bottom: 0 },
        isHorizontal: () => true,
        update(width) {
          box.width = width;
        },
        draw() {},
      };
      layouts.addBox(chart, box);
    },
  };
}
