// SPDX-License-Identifier: Apache-2.0
#include "libattest/sign/bcrypt_pbkdf.h"

#include <openssl/bn.h>
#include <sodium.h>

#include "libattest/base/banned.h"

enum { P_WORDS = 18, BOXES = 4, BOX = 256, STATE_WORDS = P_WORDS + BOXES * BOX, BLOCK = 32, HASH = 64 };

/* --- Blowfish ------------------------------------------------------------------------------------------ */

/* P and S are the first binary digits of pi behind the point. 33344 of them are computed, within a millisecond
 * or a few, instead of a table that nobody could check. */
enum { DIGITS = 32 * STATE_WORDS, SPARE = 64, TERMS = (DIGITS + SPARE) / 47 + 2 };

struct series {
	BIGNUM *p, *q, *t;
};

static bool new_series(struct series *s)
{
	*s = (struct series){BN_new(), BN_new(), BN_new()};
	return s->p && s->q && s->t;
}

static void free_series(struct series *s)
{
	BN_free(s->p);
	BN_free(s->q);
	BN_free(s->t);
}

/* One term of the Chudnovsky series. */
static bool one_term(unsigned k, struct series *s)
{
	bool good = BN_set_word(s->p, 6 * k - 5) && BN_mul_word(s->p, 2 * k - 1) &&
		    BN_mul_word(s->p, 6 * k - 1) && BN_set_word(s->q, UINT64_C(10939058860032000)) &&
		    BN_mul_word(s->q, k) && BN_mul_word(s->q, k) && BN_mul_word(s->q, k) &&
		    BN_copy(s->t, s->p) && BN_mul_word(s->t, 13591409 + UINT64_C(545140134) * k);
	BN_set_negative(s->t, k % 2 == 1);
	return good;
}

/* The terms [from, to), halved again and again (ten times, for 700 terms) so that the long products are few. */
static bool sum(unsigned from, unsigned to, struct series *out, BN_CTX *context)
{
	if (to - from == 1)
		return one_term(from, out);
	struct series left, right;
	const unsigned middle = from + (to - from) / 2;
	bool good = new_series(&left);
	good = new_series(&right) && good;
	good = good && sum(from, middle, &left, context) && sum(middle, to, &right, context) &&
	       BN_mul(out->t, left.t, right.q, context) && BN_mul(out->q, left.p, right.t, context) &&
	       BN_add(out->t, out->t, out->q) && BN_mul(out->p, left.p, right.p, context) &&
	       BN_mul(out->q, left.q, right.q, context);
	free_series(&left);
	free_series(&right);
	return good;
}

/* The integer below the square root, by Newton's method from above. */
static bool square_root(BIGNUM *root, const BIGNUM *of, BN_CTX *context)
{
	BIGNUM *next = BN_new();
	bool good, done = false;
	BN_zero(root);
	good = next && BN_set_bit(root, (BN_num_bits(of) + 1) / 2);
	while (good && !done) {
		good = BN_div(next, NULL, of, root, context) && BN_add(next, next, root) &&
		       BN_rshift1(next, next);
		done = good && BN_cmp(next, root) >= 0;
		good = good && (done || BN_copy(root, next));
	}
	BN_free(next);
	return good;
}

/* pi = 426880 sqrt(10005) q / (13591409 q + t), here times 2 to the number of digits. */
static bool pi_digits(uint8_t out[static 4 * STATE_WORDS])
{
	struct series s;
	BN_CTX *context = BN_CTX_new();
	BIGNUM *x = BN_new(), *root = BN_new();
	bool good = new_series(&s) && context && x && root && sum(1, TERMS, &s, context) &&
		    BN_set_word(x, 10005) && BN_lshift(x, x, 2 * (DIGITS + SPARE)) &&
		    square_root(root, x, context) && BN_mul_word(root, 426880) &&
		    BN_mul(root, root, s.q, context) && BN_mul_word(s.q, 13591409) && BN_add(s.q, s.q, s.t) &&
		    BN_div(x, NULL, root, s.q, context) && BN_rshift(x, x, SPARE) && BN_mask_bits(x, DIGITS) &&
		    BN_bn2binpad(x, out, 4 * STATE_WORDS) == 4 * STATE_WORDS;
	free_series(&s);
	BN_CTX_free(context);
	BN_free(x);
	BN_free(root);
	return good;
}

struct blowfish {
	uint32_t p[P_WORDS], s[BOXES][BOX];
};

static uint32_t big_endian(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool start_state(struct blowfish *state)
{
	uint8_t digits[4 * STATE_WORDS];
	if (!pi_digits(digits))
		return false;
	for (size_t i = 0; i < P_WORDS; i++)
		state->p[i] = big_endian(digits + 4 * i);
	for (size_t i = 0; i < (size_t)BOXES * BOX; i++)
		state->s[i / BOX][i % BOX] = big_endian(digits + 4 * (P_WORDS + i));
	return true;
}

static void encipher(const struct blowfish *b, uint32_t pair[static 2])
{
	uint32_t left = pair[0], right = pair[1];
	for (size_t i = 0; i < P_WORDS - 2; i++) {
		left ^= b->p[i];
		uint32_t mixed =
			((b->s[0][left >> 24] + b->s[1][left >> 16 & 0xff]) ^ b->s[2][left >> 8 & 0xff]) +
			b->s[3][left & 0xff];
		uint32_t swapped = right ^ mixed;
		right = left;
		left = swapped;
	}
	pair[0] = right ^ b->p[P_WORDS - 1];
	pair[1] = left ^ b->p[P_WORDS - 2];
}

/* The key goes into P; then P and S are replaced by what they encipher, the salt mixed in when there is one.
 * Both are hashes of 16 words, which are gone through again and again. */
static void expand(struct blowfish *b, const uint8_t *salt, const uint8_t key[static HASH])
{
	uint32_t pair[2] = {0, 0};
	size_t at = 0;
	for (size_t i = 0; i < P_WORDS; i++)
		b->p[i] ^= big_endian(key + 4 * i % HASH);
	for (size_t i = 0; i < STATE_WORDS; i += 2, at = (at + 8) % HASH) {
		if (salt) {
			pair[0] ^= big_endian(salt + at);
			pair[1] ^= big_endian(salt + at + 4);
		}
		encipher(b, pair);
		uint32_t *to = i < P_WORDS ? &b->p[i] : &b->s[(i - P_WORDS) / BOX][(i - P_WORDS) % BOX];
		to[0] = pair[0];
		to[1] = pair[1];
	}
}

/* --- bcrypt -------------------------------------------------------------------------------------------- */

struct work {
	struct blowfish start, state;
	uint8_t passphrase[HASH], salt[HASH], block[BLOCK], sum[BLOCK], counted[ATT_BCRYPT_LONGEST_SALT + 4];
};

static void hash_block(struct work *w)
{
	uint32_t words[BLOCK / 4];
	w->state = w->start;
	expand(&w->state, w->salt, w->passphrase);
	for (int i = 0; i < 64; i++) {
		expand(&w->state, NULL, w->salt);
		expand(&w->state, NULL, w->passphrase);
	}
	for (size_t i = 0; i < BLOCK / 4; i++)
		words[i] = big_endian((const uint8_t *)"OxychromaticBlowfishSwatDynamite" + 4 * i);
	for (int i = 0; i < 64; i++)
		for (size_t n = 0; n < BLOCK / 4; n += 2)
			encipher(&w->state, words + n);
	for (size_t i = 0; i < BLOCK; i++)
		w->block[i] = (uint8_t)(words[i / 4] >> (8 * (i % 4)));
	sodium_memzero(words, sizeof words);
}

static void one_sum(struct work *w, size_t counted, uint32_t rounds)
{
	crypto_hash_sha512(w->salt, w->counted, counted);
	hash_block(w);
	memcpy(w->sum, w->block, BLOCK);
	for (uint32_t round = 1; round < rounds; round++) {
		crypto_hash_sha512(w->salt, w->block, BLOCK);
		hash_block(w);
		for (size_t i = 0; i < BLOCK; i++)
			w->sum[i] ^= w->block[i];
	}
}

int att_bcrypt_pbkdf(struct att_str passphrase, struct att_str salt, uint32_t rounds, uint8_t *key, size_t size,
		     struct att_err *err)
{
	if (rounds == 0 || passphrase.len == 0 || salt.len == 0 || salt.len > ATT_BCRYPT_LONGEST_SALT ||
	    size == 0 || size > ATT_BCRYPT_LONGEST)
		return att_err_set(err, ATT_ERR_USAGE,
				   "expected rounds, a passphrase, a salt and a key for bcrypt");
	struct work *w = sodium_init() >= 0 ? sodium_malloc(sizeof *w) : NULL;
	if (!w || !start_state(&w->start)) {
		sodium_free(w);
		return att_err_memory(err);
	}
	crypto_hash_sha512(w->passphrase, (const uint8_t *)passphrase.data, passphrase.len);
	memcpy(w->counted, salt.data, salt.len);
	/* Every block gives each `blocks`th byte of the key. */
	const size_t blocks = (size + BLOCK - 1) / BLOCK;
	for (size_t block = 0; block < blocks; block++) {
		uint8_t *count = w->counted + salt.len;
		count[0] = count[1] = count[2] = 0;
		count[3] = (uint8_t)(block + 1);
		one_sum(w, salt.len + 4, rounds);
		for (size_t i = 0, to = block; to < size; i++, to += blocks)
			key[to] = w->sum[i];
	}
	sodium_free(w);
	return ATT_OK;
}
