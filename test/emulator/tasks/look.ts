import { refuseField } from '../answer';
import { textsOf } from '../json';
import { type ImageFacts, readImage } from '../media/images';
import { hashText, round } from '../random';
import type { Call, Outcome } from './task';

const THINGS: Record<string, string[]> = {
	red: ['fire engine', 'strawberry', 'postbox'],
	orange: ['orange', 'pumpkin', 'tabby cat'],
	yellow: ['banana', 'school bus', 'lemon'],
	green: ['meadow', 'cucumber', 'tree frog'],
	blue: ['lakeside', 'sailboat', 'jay'],
	purple: ['plum', 'lavender', 'amethyst'],
	pink: ['flamingo', 'peony', 'piglet'],
	brown: ['teddy bear', 'chestnut horse', 'wooden chair'],
	white: ['polar bear', 'snow field', 'paper towel'],
	grey: ['elephant', 'stone wall', 'grey whale'],
	black: ['black cat', 'grand piano', 'raven'],
};

function lookAt(call: Call): ImageFacts {
	const upload = call.files.get('image');
	if (!upload) throw refuseField('image', 'field required', 'value_error.missing');
	return readImage('image', upload);
}

/** What an image may show, by its main colour; the order follows its bytes. */
export function labelsFor(facts: ImageFacts): string[] {
	const labels = THINGS[facts.colour] ?? ['thing'];
	const turn = facts.hash % labels.length;
	return [...labels.slice(turn), ...labels.slice(0, turn)];
}

export function classifyImage(call: Call): Outcome {
	const facts = lookAt(call);
	const shape =
		facts.width > facts.height ? 'wide picture' : facts.width < facts.height ? 'tall picture' : 'square picture';
	const labels = [...labelsFor(facts), `${facts.colour} surface`, shape];
	// Unsorted on purpose: the real answers are not always sorted either.
	const scores = [0.17, 0.61, 0.09, 0.05, 0.02];
	return { body: { results: labels.map((label, index) => ({ label, score: scores[index] ?? 0 })) } };
}

export function classifyZeroShot(call: Call): Outcome {
	const facts = lookAt(call);
	const labels = textsOf(call.values.candidate_labels);
	const weights = labels.map((label) => {
		const words = label.toLowerCase().split(/[^a-z]+/);
		const fits = words.includes(facts.colour) || labelsFor(facts).includes(label.toLowerCase());
		return (fits ? 20 : 1) * (0.5 + (hashText(label, facts.hash) % 1000) / 1000);
	});
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	return { body: { results: labels.map((label, index) => ({ label, score: round((weights[index] ?? 0) / total) })) } };
}

export function detectObjects(call: Call): Outcome {
	const facts = lookAt(call);
	const results = labelsFor(facts).map((label, index) => {
		const seed = hashText(label, facts.hash);
		const xmin = Math.floor(((seed % 40) / 100) * facts.width);
		const ymin = Math.floor((((seed >>> 8) % 40) / 100) * facts.height);
		return {
			label,
			score: round(0.99 - index * 0.13),
			box: {
				xmin,
				ymin,
				xmax: Math.min(facts.width, xmin + Math.max(1, Math.floor(facts.width * 0.5))),
				ymax: Math.min(facts.height, ymin + Math.max(1, Math.floor(facts.height * 0.5))),
			},
		};
	});
	return { body: { results } };
}
