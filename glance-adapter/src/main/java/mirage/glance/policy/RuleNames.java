package mirage.glance.policy;

/**
 * The names of Glance's rules, and of those that are Mirage's own.
 *
 * <p>Some are newer than Zed: {@link #SERVICE_API}, {@link #ADD_IMAGE_LOCATION} and {@link #FETCH_IMAGE_LOCATION} for
 * {@code /v2/images/ID/locations} of version 2.17, {@link #CACHE_CLEAN} and {@link #CACHE_PRUNE} of version 2.18. They
 * are there in every mode.
 */
public final class RuleNames {
    // What other rules refer to.
    public static final String DEFAULT = "default";
    public static final String CONTEXT_IS_ADMIN = "context_is_admin";
    public static final String METADEF_DEFAULT = "metadef_default";
    public static final String METADEF_ADMIN = "metadef_admin";
    public static final String SERVICE_API = "service_api";

    // Images, their bytes, locations, members.
    public static final String ADD_IMAGE = "add_image";
    public static final String DELETE_IMAGE = "delete_image";
    public static final String GET_IMAGE = "get_image";
    public static final String GET_IMAGES = "get_images";
    public static final String MODIFY_IMAGE = "modify_image";
    public static final String PUBLICIZE_IMAGE = "publicize_image";
    public static final String COMMUNITIZE_IMAGE = "communitize_image";
    public static final String DOWNLOAD_IMAGE = "download_image";
    public static final String UPLOAD_IMAGE = "upload_image";
    public static final String DELETE_IMAGE_LOCATION = "delete_image_location";
    public static final String GET_IMAGE_LOCATION = "get_image_location";
    public static final String SET_IMAGE_LOCATION = "set_image_location";
    public static final String ADD_IMAGE_LOCATION = "add_image_location";
    public static final String FETCH_IMAGE_LOCATION = "fetch_image_location";
    public static final String ADD_MEMBER = "add_member";
    public static final String DELETE_MEMBER = "delete_member";
    public static final String GET_MEMBER = "get_member";
    public static final String GET_MEMBERS = "get_members";
    public static final String MODIFY_MEMBER = "modify_member";
    public static final String DEACTIVATE = "deactivate";
    public static final String REACTIVATE = "reactivate";
    public static final String COPY_IMAGE = "copy_image";

    // Cache.
    public static final String MANAGE_IMAGE_CACHE = "manage_image_cache";
    public static final String CACHE_IMAGE = "cache_image";
    public static final String CACHE_LIST = "cache_list";
    public static final String CACHE_DELETE = "cache_delete";
    public static final String CACHE_CLEAN = "cache_clean";
    public static final String CACHE_PRUNE = "cache_prune";

    // Stores.
    public static final String STORES_INFO_DETAIL = "stores_info_detail";

    // Tasks.
    public static final String GET_TASK = "get_task";
    public static final String GET_TASKS = "get_tasks";
    public static final String ADD_TASK = "add_task";
    public static final String MODIFY_TASK = "modify_task";
    public static final String TASKS_API_ACCESS = "tasks_api_access";

    // Metadata definitions.
    public static final String GET_METADEF_NAMESPACE = "get_metadef_namespace";
    public static final String GET_METADEF_NAMESPACES = "get_metadef_namespaces";
    public static final String MODIFY_METADEF_NAMESPACE = "modify_metadef_namespace";
    public static final String ADD_METADEF_NAMESPACE = "add_metadef_namespace";
    public static final String DELETE_METADEF_NAMESPACE = "delete_metadef_namespace";
    public static final String GET_METADEF_OBJECT = "get_metadef_object";
    public static final String GET_METADEF_OBJECTS = "get_metadef_objects";
    public static final String MODIFY_METADEF_OBJECT = "modify_metadef_object";
    public static final String ADD_METADEF_OBJECT = "add_metadef_object";
    public static final String DELETE_METADEF_OBJECT = "delete_metadef_object";
    public static final String LIST_METADEF_RESOURCE_TYPES = "list_metadef_resource_types";
    public static final String GET_METADEF_RESOURCE_TYPE = "get_metadef_resource_type";
    public static final String ADD_METADEF_RESOURCE_TYPE_ASSOCIATION =
            "add_metadef_resource_type_association";
    public static final String REMOVE_METADEF_RESOURCE_TYPE_ASSOCIATION =
            "remove_metadef_resource_type_association";
    public static final String GET_METADEF_PROPERTY = "get_metadef_property";
    public static final String GET_METADEF_PROPERTIES = "get_metadef_properties";
    public static final String MODIFY_METADEF_PROPERTY = "modify_metadef_property";
    public static final String ADD_METADEF_PROPERTY = "add_metadef_property";
    public static final String REMOVE_METADEF_PROPERTY = "remove_metadef_property";
    public static final String GET_METADEF_TAG = "get_metadef_tag";
    public static final String GET_METADEF_TAGS = "get_metadef_tags";
    public static final String MODIFY_METADEF_TAG = "modify_metadef_tag";
    public static final String ADD_METADEF_TAG = "add_metadef_tag";
    public static final String ADD_METADEF_TAGS = "add_metadef_tags";
    public static final String DELETE_METADEF_TAG = "delete_metadef_tag";
    public static final String DELETE_METADEF_TAGS = "delete_metadef_tags";

    // Deployment. Not Glance's.
    public static final String DEPLOY_HOST = "deploy_host";
    public static final String DEPLOY_REVOKE = "deploy_revoke";

    private RuleNames() {}
}
