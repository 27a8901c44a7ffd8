// SPDX-License-Identifier: Apache-2.0
/* Keys in tokens (PKCS#11 2.40). Nothing else names this file's one function, so that only programs that do
 * need p11-kit. */
#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#include "libattest/base/file.h"
#include "libattest/base/limits.h"
#include "libattest/sign/key_internal.h"
#include "libattest/sign/secret_der.h"
#include "libattest/sign/secret_internal.h"

#include "libattest/base/banned.h"

enum { LONGEST_URI = 4096, MOST_SLOTS = 256, LONGEST_VALUE = 2100, LONGEST_RAW = 2048 };

struct token {
	CK_FUNCTION_LIST **modules; /* as p11-kit is set up; NULL when one was named */
	CK_FUNCTION_LIST *named;    /* by module-path */
	CK_FUNCTION_LIST *module;   /* of the matching token; one of those above */
	CK_SLOT_ID slot;
	CK_TOKEN_INFO info;
	size_t matches; /* tokens */
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE object;
	bool has_session, has_mutex;
	pthread_mutex_t mutex; /* a session does one thing at a time */
	enum att_key_kind kind;
};

static void release(void *context)
{
	struct token *t = context;
	if (!t)
		return;
	if (t->has_session)
		(void)t->module->C_CloseSession(t->session);
	if (t->named) {
		(void)p11_kit_module_finalize(t->named);
		p11_kit_module_release(t->named);
	}
	if (t->modules)
		p11_kit_modules_finalize_and_release(t->modules);
	if (t->has_mutex)
		pthread_mutex_destroy(&t->mutex);
	free(t);
}

static int refused_by_token(CK_RV rv, const char *what, struct att_err *err)
{
	const char *reason = p11_kit_strerror(rv);
	return att_err_set(err, ATT_ERR_IO, "the token cannot %s: %s", what,
			   reason ? reason : "no reason given");
}

/* --- finding the token --------------------------------------------------------------------------------- */

static int load_modules(struct token *t, const P11KitUri *uri, struct att_err *err)
{
	const char *path = p11_kit_uri_get_module_path(uri);
	CK_RV rv;
	if (!path) {
		t->modules = p11_kit_modules_load_and_initialize(0);
		return t->modules ? ATT_OK
				  : att_err_set(err, ATT_ERR_NOT_FOUND,
						"expected a PKCS#11 module, found none that is set up");
	}
	/* What dlopen would look for in folders of its own choice is nothing that somebody has named. */
	if (path[0] != '/')
		return att_err_set(err, ATT_ERR_REFUSED,
				   "expected a module-path from the root, found \"%.200s\"", path);
	CK_FUNCTION_LIST *module = p11_kit_module_load(path, 0);
	if (!module)
		return att_err_set(err, ATT_ERR_NOT_FOUND, "cannot load the PKCS#11 module %.200s", path);
	rv = p11_kit_module_initialize(module);
	if (rv != CKR_OK) {
		p11_kit_module_release(module);
		return refused_by_token(rv, "be reached", err);
	}
	t->named = module;
	return ATT_OK;
}

static void match_slots(struct token *t, const P11KitUri *uri, CK_FUNCTION_LIST *module)
{
	CK_SLOT_ID slots[MOST_SLOTS];
	CK_ULONG count = MOST_SLOTS;
	CK_INFO info;
	if (module->C_GetInfo(&info) != CKR_OK || !p11_kit_uri_match_module_info(uri, &info) ||
	    module->C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK)
		return;
	for (CK_ULONG i = 0; i < count && i < MOST_SLOTS; i++) {
		CK_SLOT_INFO slot;
		CK_TOKEN_INFO token;
		if (module->C_GetSlotInfo(slots[i], &slot) != CKR_OK ||
		    module->C_GetTokenInfo(slots[i], &token) != CKR_OK ||
		    !(token.flags & CKF_TOKEN_INITIALIZED) || !p11_kit_uri_match_slot_info(uri, &slot) ||
		    !p11_kit_uri_match_token_info(uri, &token))
			continue;
		t->module = module;
		t->slot = slots[i];
		t->info = token;
		t->matches++;
	}
}

/* Exactly one: a PIN is not tried on others, each of which might lock itself. */
static int find_token(struct token *t, const P11KitUri *uri, struct att_err *err)
{
	if (t->named)
		match_slots(t, uri, t->named);
	for (size_t i = 0; t->modules && t->modules[i]; i++)
		match_slots(t, uri, t->modules[i]);
	if (t->matches == 0)
		return att_err_set(err, ATT_ERR_NOT_FOUND, "expected a token that the URI names, found none");
	if (t->matches == 1)
		return ATT_OK;
	att_err_set(err, ATT_ERR_REFUSED, "expected one token that the URI names, found %zu", t->matches);
	att_err_help(err, "name it with token=, serial= or slot-id=");
	return ATT_ERR_REFUSED;
}

/* --- the PIN ------------------------------------------------------------------------------------------- */

static int read_pin_file(const char *source, struct att_buf *pin, struct att_err *err)
{
	struct att_buf text;
	struct att_str line, rest;
	uint64_t size;
	const char *path = strncmp(source, "file:", 5) == 0 ? source + 5 : source;
	int fd = -1;
	if (path[0] == '/' && path[1] == '/')
		path += 2; /* file:///path */
	if (path[0] != '/')
		return att_err_set(err, ATT_ERR_UNSUPPORTED, "expected a file from the root in pin-source");
	att_buf_init(&text, ATT_MAX_PASSPHRASE + 2);
	int status = att_artifact_open(path, &fd, &size, err);
	if (status == ATT_OK)
		status = att_file_read_fd(fd, path, &text, err);
	rest = att_buf_str(&text);
	if (status == ATT_OK && att_str_split(&rest, '\n', &line) && line.len <= pin->max)
		att_buf_add(pin, line);
	att_buf_wipe(&text);
	if (fd >= 0)
		close(fd);
	return status;
}

static int get_pin(const struct token *t, const P11KitUri *uri, const struct att_passphrase *passphrase,
		   struct att_buf *pin, struct att_err *err)
{
	const char *value = p11_kit_uri_get_pin_value(uri), *source = p11_kit_uri_get_pin_source(uri);
	char label[sizeof t->info.label + 16];
	size_t len = sizeof t->info.label;
	if (value && strlen(value) <= pin->max) {
		att_buf_add(pin, att_str_of(value));
		return ATT_OK;
	}
	if (source)
		return read_pin_file(source, pin, err);
	if (!passphrase || !passphrase->ask)
		return att_err_set(err, ATT_ERR_REFUSED, "expected a PIN for the token, found none");
	while (len > 0 && t->info.label[len - 1] == ' ')
		len--;
	memcpy(label, "token ", 6);
	memcpy(label + 6, t->info.label, len);
	label[6 + len] = '\0';
	return passphrase->ask(passphrase->context, label, false, false, pin->data, &pin->len, err);
}

static int log_in(struct token *t, const P11KitUri *uri, const struct att_passphrase *passphrase,
		  struct att_err *err)
{
	struct att_buf pin;
	CK_RV rv = t->module->C_OpenSession(t->slot, CKF_SERIAL_SESSION, NULL, NULL, &t->session);
	if (rv != CKR_OK)
		return refused_by_token(rv, "be opened", err);
	t->has_session = true;
	if (!(t->info.flags & CKF_LOGIN_REQUIRED))
		return ATT_OK;
	int status = att_locked_init(&pin, ATT_MAX_PASSPHRASE, err);
	if (status == ATT_OK)
		status = get_pin(t, uri, passphrase, &pin, err);
	if (status == ATT_OK) {
		rv = t->module->C_Login(t->session, CKU_USER, (CK_UTF8CHAR_PTR)pin.data, pin.len);
		if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID || rv == CKR_PIN_LEN_RANGE)
			status = att_err_set(err, ATT_ERR_REFUSED, "the PIN does not open the token");
		else if (rv == CKR_PIN_LOCKED)
			status = att_err_set(err, ATT_ERR_REFUSED, "the PIN of the token is locked");
		else if (rv != CKR_OK && rv != CKR_USER_ALREADY_LOGGED_IN)
			status = refused_by_token(rv, "be logged in to", err);
	}
	att_locked_free(&pin);
	return status;
}

/* --- finding the key ----------------------------------------------------------------------------------- */

/* Objects of a class that have the URI's label and id: their number, at most 2. */
static CK_RV find_objects(const struct token *t, CK_OBJECT_CLASS class, const CK_ATTRIBUTE *label,
			  const CK_ATTRIBUTE *id, CK_OBJECT_HANDLE found[static 2], CK_ULONG *count)
{
	CK_ATTRIBUTE template[3] = {{CKA_CLASS, &class, sizeof class}};
	CK_ULONG used = 1;
	*count = 0;
	if (label)
		template[used++] = *label;
	if (id)
		template[used++] = *id;
	CK_RV rv = t->module->C_FindObjectsInit(t->session, template, used);
	if (rv != CKR_OK)
		return rv;
	rv = t->module->C_FindObjects(t->session, found, 2, count);
	(void)t->module->C_FindObjectsFinal(t->session);
	return rv;
}

static int find_key(struct token *t, P11KitUri *uri, struct att_err *err)
{
	CK_OBJECT_HANDLE found[2];
	CK_ULONG count;
	const CK_ATTRIBUTE *class = p11_kit_uri_get_attribute(uri, CKA_CLASS);
	CK_OBJECT_CLASS wanted = CKO_PRIVATE_KEY;
	if (class && (class->ulValueLen != sizeof wanted || memcmp(class->pValue, &wanted, sizeof wanted) != 0))
		return att_err_set(err, ATT_ERR_REFUSED,
				   "expected type=private in the URI, found another type");
	CK_RV rv = find_objects(t, CKO_PRIVATE_KEY, p11_kit_uri_get_attribute(uri, CKA_LABEL),
				p11_kit_uri_get_attribute(uri, CKA_ID), found, &count);
	if (rv != CKR_OK)
		return refused_by_token(rv, "be searched", err);
	if (count == 0)
		return att_err_set(err, ATT_ERR_NOT_FOUND,
				   "expected a private key that the URI names, found none");
	if (count > 1) {
		att_err_set(err, ATT_ERR_REFUSED, "expected one private key that the URI names, found several");
		att_err_help(err, "name it with object= or id=");
		return ATT_ERR_REFUSED;
	}
	t->object = found[0];
	return ATT_OK;
}

/* A value of the object, in `room`; empty when it has none. */
static struct att_str value_of(const struct token *t, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
			       uint8_t room[static LONGEST_VALUE])
{
	CK_ATTRIBUTE attribute = {type, room, LONGEST_VALUE};
	if (t->module->C_GetAttributeValue(t->session, object, &attribute, 1) != CKR_OK ||
	    attribute.ulValueLen > LONGEST_VALUE)
		return (struct att_str){NULL, 0};
	return (struct att_str){(const char *)room, attribute.ulValueLen};
}

/* The point stands in the public object of the same id, inside an OCTET STRING. */
static struct att_str read_point(const struct token *t, uint8_t room[static LONGEST_VALUE])
{
	uint8_t id_room[LONGEST_VALUE];
	CK_OBJECT_HANDLE found[2];
	CK_ULONG count = 0;
	struct att_str id = value_of(t, t->object, CKA_ID, id_room), point = {NULL, 0}, inside;
	const CK_ATTRIBUTE id_attribute = {CKA_ID, id_room, id.len};
	if (id.len > 0 && find_objects(t, CKO_PUBLIC_KEY, NULL, &id_attribute, found, &count) == CKR_OK &&
	    count == 1)
		point = value_of(t, found[0], CKA_EC_POINT, room);
	struct att_str rest = point;
	return att_der_take(&rest, ATT_DER_OCTET_STRING, &inside) && rest.len == 0 ? inside : point;
}

static int read_ec(const struct token *t, struct att_str name, struct att_key **out, struct att_err *err)
{
	uint8_t curve_room[LONGEST_VALUE], room[LONGEST_VALUE];
	struct att_str curve = value_of(t, t->object, CKA_EC_PARAMS, curve_room), point = read_point(t, room);
	if (point.len == 0)
		return att_err_set(
			err, ATT_ERR_NOT_FOUND,
			"expected the public half beside the key in the token, found none with its id");
	if (att_str_equal(curve, ATT_STR("\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07")))
		return att_key_of_point(ATT_KEY_P256, point, name, out, err);
	if (att_str_equal(curve, ATT_STR("\x06\x05\x2b\x81\x04\x00\x22")))
		return att_key_of_point(ATT_KEY_P384, point, name, out, err);
	/* By its name, or by the object identifier of RFC 8410. */
	if ((att_str_equal(curve, ATT_STR("\x13\x0c"
					  "edwards25519")) ||
	     att_str_equal(curve, ATT_STR("\x06\x03\x2b\x65\x70"))) &&
	    point.len == ATT_ED25519_KEY)
		return att_key_of_ed25519((const uint8_t *)point.data, NULL, name, out, err);
	return att_err_set(err, ATT_ERR_UNSUPPORTED,
			   "expected P-256, P-384 or Ed25519 in the token, found another curve");
}

static int read_key(const struct token *t, struct att_str name, const struct att_key_options *options,
		    struct att_key **out, struct att_err *err)
{
	uint8_t n_room[LONGEST_VALUE], e_room[LONGEST_VALUE];
	CK_KEY_TYPE type = 0;
	CK_ATTRIBUTE attribute = {CKA_KEY_TYPE, &type, sizeof type};
	CK_RV rv = t->module->C_GetAttributeValue(t->session, t->object, &attribute, 1);
	if (rv != CKR_OK)
		return refused_by_token(rv, "describe its key", err);
	if (type == CKK_EC || type == CKK_EC_EDWARDS)
		return read_ec(t, name, out, err);
	if (type != CKK_RSA)
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected ECDSA, RSA or Ed25519 in the token, found "
				   "another kind of key");
	struct att_str n = value_of(t, t->object, CKA_MODULUS, n_room),
		       e = value_of(t, t->object, CKA_PUBLIC_EXPONENT, e_room);
	if (n.len == 0 || e.len == 0)
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected the public numbers of the RSA key in the token");
	return att_key_of_rsa(n, e, name, options, out, err);
}

/* --- signing ------------------------------------------------------------------------------------------- */

/* DigestInfo of RFC 8017 section 9.2, up to the digest. */
static struct att_str digest_info(enum att_digest_kind kind)
{
	switch (kind) {
	case ATT_SHA256:
		return ATT_STR("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20");
	case ATT_SHA384:
		return ATT_STR("\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30");
	case ATT_SHA512:
		return ATT_STR("\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40");
	case ATT_DIGEST_NONE:
	case ATT_BLAKE2B:
	case ATT_SHA1:
	case ATT_MD5:
	default:
		return (struct att_str){NULL, 0};
	}
}

static CK_RSA_PKCS_PSS_PARAMS pss_params(enum att_digest_kind kind, size_t size)
{
	if (kind == ATT_SHA256)
		return (CK_RSA_PKCS_PSS_PARAMS){CKM_SHA256, CKG_MGF1_SHA256, size};
	if (kind == ATT_SHA384)
		return (CK_RSA_PKCS_PSS_PARAMS){CKM_SHA384, CKG_MGF1_SHA384, size};
	return (CK_RSA_PKCS_PSS_PARAMS){CKM_SHA512, CKG_MGF1_SHA512, size};
}

static int call_sign(struct token *t, CK_MECHANISM *mechanism, struct att_str input, struct att_buf *raw,
		     struct att_err *err)
{
	CK_ULONG len = LONGEST_RAW;
	uint8_t *to = (uint8_t *)att_buf_reserve(raw, LONGEST_RAW);
	if (!to)
		return att_err_memory(err);
	pthread_mutex_lock(&t->mutex);
	CK_RV rv = t->module->C_SignInit(t->session, mechanism, t->object);
	if (rv == CKR_OK)
		rv = t->module->C_Sign(t->session, (CK_BYTE_PTR)(uintptr_t)input.data, input.len, to, &len);
	pthread_mutex_unlock(&t->mutex);
	if (rv == CKR_MECHANISM_INVALID)
		return att_err_set(err, ATT_ERR_UNSUPPORTED, "the token cannot sign in this way");
	if (rv != CKR_OK || len > LONGEST_RAW)
		return refused_by_token(rv, "sign", err);
	raw->len += len;
	return ATT_OK;
}

/* r and s, each in half of the bytes, as a DER sequence. */
static int put_ecdsa(struct att_str raw, struct att_buf *signature, struct att_err *err)
{
	struct att_buf numbers;
	if (raw.len == 0 || raw.len % 2 != 0 || raw.len > 128)
		return att_err_set(err, ATT_ERR_MALFORMED, "expected r and s from the token, found %zu bytes",
				   raw.len);
	att_buf_init(&numbers, 256);
	att_der_write_unsigned(att_str_first(raw, raw.len / 2), &numbers);
	att_der_write_unsigned(att_str_from(raw, raw.len / 2), &numbers);
	att_der_put(signature, ATT_DER_SEQUENCE, att_buf_str(&numbers));
	int status = att_buf_ok(&numbers) && att_buf_ok(signature) ? ATT_OK : att_err_memory(err);
	att_buf_clear(&numbers);
	return status;
}

static int sign(void *context, enum att_scheme scheme, enum att_digest_kind kind, struct att_str input,
		struct att_buf *signature, struct att_err *err)
{
	struct token *t = context;
	CK_RSA_PKCS_PSS_PARAMS pss = pss_params(kind, input.len);
	CK_MECHANISM ecdsa = {CKM_ECDSA, NULL, 0}, eddsa = {CKM_EDDSA, NULL, 0},
		     pkcs1 = {CKM_RSA_PKCS, NULL, 0}, with_pss = {CKM_RSA_PKCS_PSS, &pss, sizeof pss};
	struct att_buf work;
	int status;
	att_buf_init(&work, LONGEST_VALUE);
	switch (scheme) {
	case ATT_SCHEME_ED25519:
		return call_sign(t, &eddsa, input, signature, err);
	case ATT_SCHEME_RSA_PSS:
		return call_sign(t, &with_pss, input, signature, err);
	case ATT_SCHEME_RSA_PKCS1:
		att_buf_add(&work, digest_info(kind));
		att_buf_add(&work, input);
		status = att_buf_ok(&work) ? call_sign(t, &pkcs1, att_buf_str(&work), signature, err)
					   : att_err_memory(err);
		break;
	case ATT_SCHEME_ECDSA:
		/* The leftmost bits of a digest that is longer than the curve (FIPS 186-5 section 6.4.1). */
		status = call_sign(t, &ecdsa, att_str_first(input, t->kind == ATT_KEY_P256 ? 32 : 48), &work,
				   err);
		if (status == ATT_OK)
			status = put_ecdsa(att_buf_str(&work), signature, err);
		break;
	case ATT_SCHEME_NONE:
	case ATT_SCHEME_ED25519PH:
	default:
		return att_err_set(err, ATT_ERR_UNSUPPORTED, "no token signs with Ed25519ph");
	}
	att_buf_clear(&work);
	return status;
}

/* --- all of it ----------------------------------------------------------------------------------------- */

static int parse_uri(const char *text, P11KitUri **out, struct att_err *err)
{
	if (strlen(text) > LONGEST_URI)
		return att_err_set(err, ATT_ERR_LIMIT, "expected a PKCS#11 URI of at most %d bytes",
				   LONGEST_URI);
	*out = p11_kit_uri_new();
	if (!*out)
		return att_err_memory(err);
	if (p11_kit_uri_parse(text, P11_KIT_URI_FOR_ANY, *out) != P11_KIT_URI_OK)
		return att_err_set(err, ATT_ERR_MALFORMED,
				   "expected a PKCS#11 URI (RFC 7512), found another text");
	if (p11_kit_uri_any_unrecognized(*out))
		return att_err_set(err, ATT_ERR_UNSUPPORTED,
				   "expected attributes of RFC 7512 in the PKCS#11 URI, found "
				   "others");
	return ATT_OK;
}

/* What verdicts call the key: no PIN in it. */
static struct att_str public_name(const char *uri)
{
	return att_str_first(att_str_of(uri), att_str_find_byte(att_str_of(uri), '?'));
}

int att_secret_of_pkcs11(const char *uri_text, const struct att_passphrase *passphrase,
			 const struct att_key_options *options, struct att_secret **out, struct att_err *err)
{
	P11KitUri *uri = NULL;
	struct att_key *key = NULL;
	struct token *t = calloc(1, sizeof *t);
	*out = NULL;
	int status = t ? parse_uri(uri_text, &uri, err) : att_err_memory(err);
	if (status == ATT_OK && !(t->has_mutex = pthread_mutex_init(&t->mutex, NULL) == 0))
		status = att_err_memory(err);
	if (status == ATT_OK)
		status = load_modules(t, uri, err);
	if (status == ATT_OK)
		status = find_token(t, uri, err);
	if (status == ATT_OK)
		status = log_in(t, uri, passphrase, err);
	if (status == ATT_OK)
		status = find_key(t, uri, err);
	if (status == ATT_OK)
		status = read_key(t, public_name(uri_text), options, &key, err);
	if (status == ATT_OK) {
		t->kind = att_key_kind(key);
		status = att_secret_of_token(key, t, sign, release, out, err);
	}
	p11_kit_uri_free(uri);
	if (status != ATT_OK) {
		att_key_free(key);
		release(t);
	}
	return status;
}
