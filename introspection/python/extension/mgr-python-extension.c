/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What programs in Python ask caches for most, without introspection, which takes longer
 * than the cache itself. Only the common cases are here: whatever is out of the ordinary is
 * handed on to the method of the override, so that both say the same. */

#include <mgr.h>

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <pygobject.h>
#include <string.h>

typedef enum
{
  METHOD_GET,
  METHOD_PEEK,
  METHOD_GETITEM,
  METHOD_CONTAINS,
  METHOD_DUNDER_CONTAINS,
  METHOD_PUT,
  METHOD_SETITEM,
  METHOD_REMOVE,
  METHOD_DELITEM,
  N_METHODS,
} Method;

/* All of these are set once, as a class is changed, and stay until the program ends. */
static PyObject *plain_methods[N_METHODS]; /* (owned): what does the same in Python */
static PyObject *plain_types;              /* (owned): a tuple of types that are no objects of Python's */
static PyObject *measured_types;           /* (owned): a tuple of types whose size Python alone knows */
static PyObject *size_of;                  /* (owned): what tells it */
static GType pyobject_type;

/* Keys */

static gboolean
key_take_text (PyObject *object,
               GValue   *key)
{
  Py_ssize_t length;
  const char *text = PyUnicode_AsUTF8AndSize (object, &length);

  if (text == NULL)
    PyErr_Clear ();
  if (text == NULL || strlen (text) != (gsize) length)
    return FALSE;

  g_value_init (key, G_TYPE_STRING);
  g_value_set_static_string (key, text);
  return TRUE;
}

static gboolean
key_take_number (PyObject *object,
                 GValue   *key)
{
  int overflow;
  gint64 number = PyLong_AsLongLongAndOverflow (object, &overflow);

  if (overflow != 0)
    return FALSE;

  g_value_init (key, G_TYPE_INT64);
  g_value_set_int64 (key, number);
  return TRUE;
}

/* @object: has to live as long as @key
 * Returns: %FALSE for what is no key of the cache, or a rare one */
static gboolean
key_take (PyObject *object,
          MgrCache *cache,
          GValue   *key)
{
  MgrCacheKeyType type = mgr_cache_get_key_type (cache);

  if (type == MGR_CACHE_KEY_TYPE_STRING && PyUnicode_CheckExact (object))
    return key_take_text (object, key);
  if (type == MGR_CACHE_KEY_TYPE_INT64 && PyLong_CheckExact (object))
    return key_take_number (object, key);
  if (type != MGR_CACHE_KEY_TYPE_BYTES || !PyBytes_CheckExact (object))
    return FALSE;

  g_value_init (key, G_TYPE_BYTES);
  g_value_take_boxed (key, g_bytes_new (PyBytes_AS_STRING (object),
                                        (gsize) PyBytes_GET_SIZE (object)));
  return TRUE;
}

/* Values */

static gboolean
is_of_any (PyObject *object,
           PyObject *types)
{
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE (types); i++)
    {
      PyObject *type = PyTuple_GET_ITEM (types, i);

      if (PyType_IsSubtype (Py_TYPE (object), (PyTypeObject *) type))
        return TRUE;
    }

  return FALSE;
}

/* @object: has to live as long as @value
 * Returns: %FALSE for what introspection knows better how to hand on */
static gboolean
value_take (PyObject *object,
            GValue   *value)
{
  if (PyUnicode_CheckExact (object))
    return key_take_text (object, value);
  if (is_of_any (object, plain_types))
    return FALSE;

  g_value_init (value, pyobject_type);
  g_value_set_static_boxed (value, object);
  return TRUE;
}

static PyObject *
value_to_python (const GValue *value)
{
  if (G_VALUE_TYPE (value) == pyobject_type && g_value_get_boxed (value) != NULL)
    return Py_NewRef (g_value_get_boxed (value));

  return pyg_value_as_pyobject (value, TRUE);
}

/* @terms: (out) (transfer full): none where the library knows the size, or nobody does
 * Returns: %FALSE if an exception is set */
static gboolean
make_terms (PyObject       *object,
            MgrCacheTerms **terms)
{
  PyObject *size;
  gsize bytes;

  *terms = NULL;
  if (!is_of_any (object, measured_types))
    return TRUE;

  size = PyObject_CallOneArg (size_of, object);
  if (size == NULL)
    return FALSE;

  bytes = PyLong_AsSize_t (size);
  Py_DECREF (size);
  if (PyErr_Occurred ())
    return FALSE;

  *terms = mgr_cache_terms_new ();
  mgr_cache_terms_set_size (*terms, bytes);
  return TRUE;
}

/* What others have to do with may wait for another thread, and that one for Python's lock. */
static PyThreadState *
begin_waiting (MgrCache *cache)
{
  return mgr_cache_get_component (cache) != NULL ? PyEval_SaveThread () : NULL;
}

static void
end_waiting (PyThreadState *state)
{
  if (state != NULL)
    PyEval_RestoreThread (state);
}

/* Reading */

typedef enum
{
  FOUND,
  MISSING,
  FAILED,  /* an exception is set */
  UNUSUAL, /* nothing was done */
} Outcome;

typedef gboolean (*ReadFunc) (MgrCache      *self,
                              const GValue  *key,
                              GValue        *value,
                              GError       **error);

static Outcome
cache_read (PyObject  *self,
            PyObject  *key,
            ReadFunc   read_value,
            PyObject **result)
{
  MgrCache *cache = MGR_CACHE (pygobject_get (self));
  g_auto (GValue) wanted = G_VALUE_INIT;
  g_auto (GValue) value = G_VALUE_INIT;
  GError *error = NULL;
  PyThreadState *state;
  gboolean found;

  if (cache == NULL || !key_take (key, cache, &wanted))
    return UNUSUAL;

  state = begin_waiting (cache);
  found = read_value (cache, &wanted, &value, &error);
  end_waiting (state);
  if (pyg_error_check (&error))
    return FAILED;
  if (!found)
    return MISSING;

  *result = value_to_python (&value);
  return *result != NULL ? FOUND : FAILED;
}

static PyObject *
call_plain (Method            method,
            PyObject         *self,
            PyObject *const  *arguments,
            Py_ssize_t        n_arguments,
            PyObject         *names)
{
  Py_ssize_t n = n_arguments + (names != NULL ? PyTuple_GET_SIZE (names) : 0);
  PyObject *all[n + 1];

  all[0] = self;
  memcpy (all + 1, arguments, (gsize) n * sizeof *all);
  return PyObject_Vectorcall (plain_methods[method], all, (gsize) n_arguments + 1, names);
}

static PyObject *
cache_get_or_default (Method            method,
                      PyObject         *self,
                      ReadFunc          read_value,
                      PyObject *const  *arguments,
                      Py_ssize_t        n_arguments,
                      PyObject         *names)
{
  PyObject *result = NULL;
  Outcome outcome = UNUSUAL;

  if (names == NULL && (n_arguments == 1 || n_arguments == 2))
    outcome = cache_read (self, arguments[0], read_value, &result);

  switch (outcome)
    {
    case MISSING:
      return Py_NewRef (n_arguments == 2 ? arguments[1] : Py_None);
    case UNUSUAL:
      return call_plain (method, self, arguments, n_arguments, names);
    case FOUND:
    case FAILED:
    default:
      return result;
    }
}

static PyObject *
cache_get (PyObject        *self,
           PyObject *const *arguments,
           Py_ssize_t       n_arguments,
           PyObject        *names)
{
  return cache_get_or_default (METHOD_GET, self, mgr_cache_get, arguments, n_arguments, names);
}

static PyObject *
cache_peek (PyObject        *self,
            PyObject *const *arguments,
            Py_ssize_t       n_arguments,
            PyObject        *names)
{
  return cache_get_or_default (METHOD_PEEK, self, mgr_cache_peek, arguments, n_arguments, names);
}

static PyObject *
cache_getitem (PyObject *self,
               PyObject *key)
{
  PyObject *result = NULL;

  switch (cache_read (self, key, mgr_cache_get, &result))
    {
    case MISSING:
      PyErr_SetObject (PyExc_KeyError, key);
      return NULL;
    case UNUSUAL:
      return call_plain (METHOD_GETITEM, self, &key, 1, NULL);
    case FOUND:
    case FAILED:
    default:
      return result;
    }
}

typedef gboolean (*AskFunc) (MgrCache      *self,
                             const GValue  *key,
                             GError       **error);

static Outcome
cache_ask (PyObject *self,
           PyObject *key,
           AskFunc   ask)
{
  MgrCache *cache = MGR_CACHE (pygobject_get (self));
  g_auto (GValue) wanted = G_VALUE_INIT;
  GError *error = NULL;
  PyThreadState *state;
  gboolean answer;

  if (cache == NULL || !key_take (key, cache, &wanted))
    return UNUSUAL;

  state = begin_waiting (cache);
  answer = ask (cache, &wanted, &error);
  end_waiting (state);
  if (pyg_error_check (&error))
    return FAILED;
  return answer ? FOUND : MISSING;
}

static PyObject *
cache_ask_or_plain (Method    method,
                    PyObject *self,
                    PyObject *key,
                    AskFunc   ask)
{
  switch (cache_ask (self, key, ask))
    {
    case FOUND:
      Py_RETURN_TRUE;
    case MISSING:
      Py_RETURN_FALSE;
    case UNUSUAL:
      return call_plain (method, self, &key, 1, NULL);
    case FAILED:
    default:
      return NULL;
    }
}

static PyObject *
cache_contains (PyObject *self,
                PyObject *key)
{
  return cache_ask_or_plain (METHOD_CONTAINS, self, key, mgr_cache_contains);
}

/* Writing */

static Outcome
cache_write (PyObject *self,
             PyObject *key,
             PyObject *object)
{
  MgrCache *cache = MGR_CACHE (pygobject_get (self));
  g_auto (GValue) wanted = G_VALUE_INIT;
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (MgrCacheTerms) terms = NULL;
  GError *error = NULL;
  PyThreadState *state;

  if (cache == NULL || !key_take (key, cache, &wanted) || !value_take (object, &value))
    return UNUSUAL;
  if (!make_terms (object, &terms))
    return FAILED;

  state = begin_waiting (cache);
  mgr_cache_put (cache, &wanted, &value, terms, &error);
  end_waiting (state);
  return pyg_error_check (&error) ? FAILED : FOUND;
}

static PyObject *
cache_put (PyObject        *self,
           PyObject *const *arguments,
           Py_ssize_t       n_arguments,
           PyObject        *names)
{
  Outcome outcome = UNUSUAL;

  if (names == NULL && n_arguments == 2)
    outcome = cache_write (self, arguments[0], arguments[1]);

  if (outcome == UNUSUAL)
    return call_plain (METHOD_PUT, self, arguments, n_arguments, names);
  return outcome == FOUND ? Py_NewRef (Py_True) : NULL;
}

static PyObject *
cache_setitem (PyObject        *self,
               PyObject *const *arguments,
               Py_ssize_t       n_arguments)
{
  Outcome outcome = UNUSUAL;

  if (n_arguments == 2)
    outcome = cache_write (self, arguments[0], arguments[1]);

  if (outcome == UNUSUAL)
    return call_plain (METHOD_SETITEM, self, arguments, n_arguments, NULL);
  return outcome == FOUND ? Py_NewRef (Py_None) : NULL;
}

static PyObject *
cache_remove (PyObject *self,
              PyObject *key)
{
  return cache_ask_or_plain (METHOD_REMOVE, self, key, mgr_cache_remove);
}

static PyObject *
cache_delitem (PyObject *self,
               PyObject *key)
{
  switch (cache_ask (self, key, mgr_cache_remove))
    {
    case FOUND:
      Py_RETURN_NONE;
    case MISSING:
      PyErr_SetObject (PyExc_KeyError, key);
      return NULL;
    case UNUSUAL:
      return call_plain (METHOD_DELITEM, self, &key, 1, NULL);
    case FAILED:
    default:
      return NULL;
    }
}

/* The class */

#define FUNCTION(function) ((PyCFunction) (void (*) (void)) (function))

static PyMethodDef methods[] = {
  [METHOD_GET] = { "get", FUNCTION (cache_get), METH_FASTCALL | METH_KEYWORDS,
                   "get($self, key, default=None)\n--\n\nGet a value, or the default." },
  [METHOD_PEEK] = { "peek", FUNCTION (cache_peek), METH_FASTCALL | METH_KEYWORDS,
                    "peek($self, key, default=None)\n--\n\nGet a value without using it." },
  [METHOD_GETITEM] = { "__getitem__", cache_getitem, METH_O, NULL },
  [METHOD_CONTAINS] = { "contains", cache_contains, METH_O,
                        "contains($self, key)\n--\n\nGet whether there is a value." },
  [METHOD_DUNDER_CONTAINS] = { "__contains__", cache_contains, METH_O, NULL },
  [METHOD_PUT] = { "put", FUNCTION (cache_put), METH_FASTCALL | METH_KEYWORDS,
                   "put($self, key, value, **terms)\n--\n\nPut a value: size, cost, ttl, "
                   "idle_ttl, pinned and tags may be said of it." },
  [METHOD_SETITEM] = { "__setitem__", FUNCTION (cache_setitem), METH_FASTCALL, NULL },
  [METHOD_REMOVE] = { "remove", cache_remove, METH_O,
                      "remove($self, key)\n--\n\nRemove a value. Returns whether there was one." },
  [METHOD_DELITEM] = { "__delitem__", cache_delitem, METH_O, NULL },
};

static gboolean
replace_method (PyObject *class,
                Method    method)
{
  PyObject *descriptor;
  gboolean replaced;

  plain_methods[method] = PyObject_GetAttrString (class, methods[method].ml_name);
  if (plain_methods[method] == NULL)
    return FALSE;

  descriptor = PyDescr_NewMethod ((PyTypeObject *) class, &methods[method]);
  replaced = descriptor != NULL
             && PyObject_SetAttrString (class, methods[method].ml_name, descriptor) == 0;
  Py_XDECREF (descriptor);
  return replaced;
}

static PyObject *
override_cache (PyObject *module,
                PyObject *arguments)
{
  PyTypeObject *class;
  PyObject *plain;
  PyObject *measured;
  PyObject *function;

  if (!PyArg_ParseTuple (arguments, "O!O!O!O:override_cache", &PyType_Type, &class,
                         &PyTuple_Type, &plain, &PyTuple_Type, &measured, &function))
    return NULL;

  if (plain_methods[METHOD_GET] != NULL || !PyType_IsSubtype (class, &PyGObject_Type))
    {
      PyErr_SetString (PyExc_TypeError, "Mgr.Cache is changed, once, and nothing else");
      return NULL;
    }

  plain_types = Py_NewRef (plain);
  measured_types = Py_NewRef (measured);
  size_of = Py_NewRef (function);
  pyobject_type = g_type_from_name ("PyObject");
  for (Method method = 0; method < N_METHODS; method++)
    {
      if (!replace_method ((PyObject *) class, method))
        return NULL;
    }

  Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
  { "override_cache", override_cache, METH_VARARGS,
    "override_cache(cls, plain_types, measured_types, size_of)\n--\n\n"
    "Put what is faster in the place of methods of Mgr.Cache." },
  { NULL, NULL, 0, NULL },
};

static struct PyModuleDef definition = {
  .m_base = PyModuleDef_HEAD_INIT,
  .m_name = "_mgr_extension",
  .m_doc = "Methods of caches without introspection.",
  .m_size = -1,
  .m_methods = functions,
};

PyMODINIT_FUNC PyInit__mgr_extension (void);

PyMODINIT_FUNC
PyInit__mgr_extension (void)
{
  PyObject *gobject = pygobject_init (3, 42, 0);

  if (gobject == NULL)
    return NULL;

  Py_DECREF (gobject);
  return PyModule_Create (&definition);
}
