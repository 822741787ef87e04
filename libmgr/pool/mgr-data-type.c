/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-data-type.h"

#include "base/mgr-nearest-private.h"

#include <string.h>

/**
 * SECTION:mgr-data-type
 * @title: MgrDataType
 * @short_description: what the elements of a tensor are
 *
 * The names are those of NumPy. All functions may be called from any thread.
 */

#if G_BYTE_ORDER == G_LITTLE_ENDIAN
#define ORDER "<"
#else
#define ORDER ">"
#endif

/* DLDataTypeCode of DLPack, https://dmlc.github.io/dlpack/latest/c_api.html */
enum
{
  DLPACK_INT = 0,
  DLPACK_UINT = 1,
  DLPACK_FLOAT = 2,
  DLPACK_BFLOAT = 4,
  DLPACK_COMPLEX = 5,
  DLPACK_BOOL = 6,
};

typedef struct
{
  const char *name;
  const char *typestr;
  guint8 size;
  guint8 dlpack_code;
} DataTypeInfo;

/* NumPy itself has no bfloat16, so that it takes one for two bytes of anything. */
static const DataTypeInfo infos[] = {
  [MGR_DATA_TYPE_BOOL] = { "bool", "|b1", 1, DLPACK_BOOL },
  [MGR_DATA_TYPE_INT8] = { "int8", "|i1", 1, DLPACK_INT },
  [MGR_DATA_TYPE_INT16] = { "int16", ORDER "i2", 2, DLPACK_INT },
  [MGR_DATA_TYPE_INT32] = { "int32", ORDER "i4", 4, DLPACK_INT },
  [MGR_DATA_TYPE_INT64] = { "int64", ORDER "i8", 8, DLPACK_INT },
  [MGR_DATA_TYPE_UINT8] = { "uint8", "|u1", 1, DLPACK_UINT },
  [MGR_DATA_TYPE_UINT16] = { "uint16", ORDER "u2", 2, DLPACK_UINT },
  [MGR_DATA_TYPE_UINT32] = { "uint32", ORDER "u4", 4, DLPACK_UINT },
  [MGR_DATA_TYPE_UINT64] = { "uint64", ORDER "u8", 8, DLPACK_UINT },
  [MGR_DATA_TYPE_FLOAT16] = { "float16", ORDER "f2", 2, DLPACK_FLOAT },
  [MGR_DATA_TYPE_BFLOAT16] = { "bfloat16", "|V2", 2, DLPACK_BFLOAT },
  [MGR_DATA_TYPE_FLOAT32] = { "float32", ORDER "f4", 4, DLPACK_FLOAT },
  [MGR_DATA_TYPE_FLOAT64] = { "float64", ORDER "f8", 8, DLPACK_FLOAT },
  [MGR_DATA_TYPE_COMPLEX64] = { "complex64", ORDER "c8", 8, DLPACK_COMPLEX },
  [MGR_DATA_TYPE_COMPLEX128] = { "complex128", ORDER "c16", 16, DLPACK_COMPLEX },
};

static const DataTypeInfo *
data_type_info (MgrDataType type)
{
  return (guint) type < G_N_ELEMENTS (infos) ? &infos[type] : NULL;
}

static void
set_unknown (const char  *name,
             GError     **error)
{
  const char *names[G_N_ELEMENTS (infos) + 1] = { NULL, };
  g_autofree char *known = NULL;
  const char *nearest;

  for (gsize i = 0; i < G_N_ELEMENTS (infos); i++)
    names[i] = infos[i].name;

  nearest = mgr_nearest_find (name, names);
  known = g_strjoinv (", ", (char **) names);
  if (nearest != NULL)
    g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                 "There is no data type “%s”: did you mean “%s”?", name, nearest);
  else
    g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                 "There is no data type “%s”: there are %s", name, known);
}

/**
 * mgr_data_type_from_name:
 * @name: a name such as “float32”
 * @out_type: (out): return location for the type
 * @error: return location for a #GError
 *
 * Finds a type by its name. An unknown name is %MGR_ERROR_INVALID_ARGUMENT.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_data_type_from_name (const char   *name,
                         MgrDataType  *out_type,
                         GError      **error)
{
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (out_type != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  for (gsize i = 0; i < G_N_ELEMENTS (infos); i++)
    {
      if (strcmp (infos[i].name, name) == 0)
        {
          *out_type = (MgrDataType) i;
          return TRUE;
        }
    }

  set_unknown (name, error);
  return FALSE;
}

/**
 * mgr_data_type_get_name:
 * @type: a data type
 *
 * Gets the name, such as “float32”.
 *
 * Returns: (nullable): the name; %NULL for what is no type
 *
 * Since: 1.0
 */
const char *
mgr_data_type_get_name (MgrDataType type)
{
  const DataTypeInfo *info = data_type_info (type);

  return info != NULL ? info->name : NULL;
}

/**
 * mgr_data_type_get_size:
 * @type: a data type
 *
 * Gets how large an element is.
 *
 * Returns: the size in bytes; 0 for what is no type
 *
 * Since: 1.0
 */
gsize
mgr_data_type_get_size (MgrDataType type)
{
  const DataTypeInfo *info = data_type_info (type);

  return info != NULL ? info->size : 0;
}

/**
 * mgr_data_type_get_typestr:
 * @type: a data type
 *
 * Gets what the array interface of NumPy calls the type, such as “&lt;f4”. It knows no
 * bfloat16, which is “|V2”.
 *
 * Returns: (nullable): the name; %NULL for what is no type
 *
 * Since: 1.0
 */
const char *
mgr_data_type_get_typestr (MgrDataType type)
{
  const DataTypeInfo *info = data_type_info (type);

  return info != NULL ? info->typestr : NULL;
}

/**
 * mgr_data_type_get_dlpack_code:
 * @type: a data type
 *
 * Gets the DLDataTypeCode of DLPack.
 *
 * Returns: the code, which with the size says what the type is
 *
 * Since: 1.0
 */
guint
mgr_data_type_get_dlpack_code (MgrDataType type)
{
  const DataTypeInfo *info = data_type_info (type);

  g_return_val_if_fail (info != NULL, DLPACK_UINT);

  return info->dlpack_code;
}
