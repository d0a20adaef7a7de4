// The time of day as the desk's pages write it, whatever the language of the browser: 09:05:00.
export const clockTime = () => new Date().toTimeString().slice(0, 8);
