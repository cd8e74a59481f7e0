/** The models that the fields hold at first, in one place. */
export const CHAT_MODEL = 'meta-llama/Llama-3.3-70B-Instruct-Turbo';
export const VISION_MODEL = 'Qwen/Qwen3-VL-30B-A3B-Instruct';

/** Under which tasks the pickers look for models that chat, and for those of them that see. */
export const CHAT_TASKS = ['text-generation'] as const;
export const VISION_TASKS = ['image-to-text'] as const;
