using Microsoft.EntityFrameworkCore;
using Pioneer.Domain.Operations;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Provisioning;
using Pioneer.Domain.Tenants;

namespace Pioneer.Domain.Delivery;

/// <summary>A new credential; the only answer that ever holds its password.</summary>
public sealed record IssuedCredential(CredentialId Id, string Name, string Principal, string Password, string Mechanism, OperationId Operation)
{
    /// <summary>Never prints the password.</summary>
    public override string ToString() => $"credential {Principal}";
}

/// <summary>Issues, rotates and revokes the SCRAM users of a tenant.</summary>
public sealed class ManageCredentials(IDbContextFactory<PioneerDbContext> contexts, WorkRecorder work, SecretStore secrets)
{
    /// <summary>Living credentials that a tenant may have at once: each costs two ACLs.</summary>
    public const int MaxPerTenant = 20;

    /// <summary>A new SCRAM user with the rights of a consumer. Usable when the operation has succeeded.</summary>
    public async Task<Result<IssuedCredential>> IssueAsync(
        Actor actor, string slug, string? name, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        var checkedName = CheckName(name);
        if (checkedName.IsFailure)
        {
            return checkedName.Error;
        }

        if (expiresAt <= work.Now)
        {
            return Error.Invalid("ExpiryPast", "expiresAt", "The credential would have expired already.");
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await db.FindActiveTenantAsync(actor, slug, TenantPermission.Administer, cancellationToken);
        return found.IsFailure
            ? found.Error
            : await AddAsync(db, actor, found.Value, checkedName.Value, expiresAt, null, cancellationToken);
    }

    /// <summary>Issues the second credential of a rotation; the first stays usable until it is revoked.</summary>
    public async Task<Result<IssuedCredential>> RotateAsync(Actor actor, string slug, CredentialId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindAsync(db, actor, slug, id, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var (tenant, credential) = found.Value;
        if (credential.State is CredentialState.Revoked or CredentialState.Revoking)
        {
            return Error.Conflict("CredentialRevoked", $"Credential '{credential.Principal}' is revoked; there is nothing to rotate.", "Issue a new one.");
        }

        if (credential.ExpiresAt <= work.Now)
        {
            return Error.Conflict("CredentialExpired", $"Credential '{credential.Principal}' has expired, and its successor would end with it.", "Issue a new one.");
        }

        var names = await db.Credentials.Where(row => row.TenantId == tenant.Id).Select(row => row.Name).ToListAsync(cancellationToken);
        return await AddAsync(db, actor, tenant, NextName(credential.Name, names), credential.ExpiresAt, credential, cancellationToken);
    }

    /// <summary>Takes the rights first (brokers check them on each request), then the user.</summary>
    public async Task<Result<OperationId>> RevokeAsync(Actor actor, string slug, CredentialId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindAsync(db, actor, slug, id, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var (tenant, credential) = found.Value;
        if (credential.State is CredentialState.Revoked)
        {
            return Error.Conflict("CredentialRevoked", $"Credential '{credential.Principal}' is revoked already.");
        }

        var operation = work.Request(db, actor, OperationKind.ReconcileTenant, tenant.Id, slug, credential.Principal);
        work.Audit(db, actor, "CredentialRevoked", Subject(tenant, credential.Principal), new { credential.State }, operation: operation);
        credential.State = CredentialState.Revoking;
        credential.RevokedAt = work.Now;
        credential.RevokedBy = actor.Name;
        var saved = await work.SaveAsync(db, operation, cancellationToken);
        return saved.IsFailure ? saved.Error : operation.Id;
    }

    private async Task<Result<IssuedCredential>> AddAsync(
        PioneerDbContext db, Actor actor, Tenant tenant, string name, DateTimeOffset? expiresAt, Credential? replaces, CancellationToken cancellationToken)
    {
        var living = await db.Credentials.CountAsync(
            row => row.TenantId == tenant.Id && (row.State == CredentialState.Pending || row.State == CredentialState.Active), cancellationToken);
        if (living >= MaxPerTenant)
        {
            return Error.Conflict("TooManyCredentials", $"Tenant '{tenant.Slug}' has {living} credentials; {MaxPerTenant} are allowed.", "Revoke one that nobody uses.");
        }

        var password = SecretStore.NewPassword();
        var secret = SecretNames.Credential(tenant.Slug, name);
        var credential = new Credential
        {
            Id = work.NextId<CredentialId>(),
            TenantId = tenant.Id,
            Name = name,
            Principal = Principals.Credential(tenant.Slug, name),
            Mechanism = TenantDesiredState.Mechanism,
            Fingerprint = SecretStore.Fingerprint(password),
            PendingSecret = secret,
            Replaces = replaces?.Id,
            IssuedAt = work.Now,
            IssuedBy = actor.Name,
            ExpiresAt = expiresAt,
        };
        await secrets.PutAsync(db, secret, password, tenant.Id, cancellationToken);
        db.Credentials.Add(credential);
        var operation = work.Request(db, actor, OperationKind.ReconcileTenant, tenant.Id, tenant.Slug.Value, credential.Principal);
        work.Audit(
            db, actor, replaces is null ? "CredentialIssued" : "CredentialRotated", Subject(tenant, credential.Principal),
            before: replaces is null ? null : new { replaces.Principal, replaces.Fingerprint },
            after: new { credential.Mechanism, credential.Fingerprint, credential.ExpiresAt }, operation: operation);
        var taken = Error.Conflict(
            "CredentialNameUsed", $"Tenant '{tenant.Slug}' has or had a credential '{name}'.", "Names of credentials are used once.") with
        { Field = "name" };
        var saved = await work.SaveAsync(db, operation, taken, cancellationToken);
        return saved.IsFailure
            ? saved.Error
            : new IssuedCredential(credential.Id, name, credential.Principal, password, credential.Mechanism, operation.Id);
    }

    private static async Task<Result<(Tenant Tenant, Credential Credential)>> FindAsync(
        PioneerDbContext db, Actor actor, string slug, CredentialId id, CancellationToken cancellationToken)
    {
        var found = await db.FindTenantAsync(actor, slug, TenantPermission.Administer, cancellationToken);
        if (found.IsFailure)
        {
            return found.Error;
        }

        var credential = await db.Credentials.SingleOrDefaultAsync(row => row.Id == id && row.TenantId == found.Value.Id, cancellationToken);
        return credential is null ? Error.NotFound("Credential", id.ToString()) : (found.Value, credential);
    }

    private static Result<string> CheckName(string? name)
    {
        var result = ResourceNames.Check("credential", name);
        return result.IsSuccess && Principals.ReservedCredentialNames.Contains(result.Value)
            ? Error.Invalid("NameReserved", "name", $"'{name}' is a name that the platform uses itself.", "Choose another, such as the consuming application's.")
            : result;
    }

    // app -> app-2 -> app-3: the base name stays readable through any number of rotations.
    private static string NextName(string name, List<string> used)
    {
        var dash = name.LastIndexOf('-');
        var stem = dash > 0 && int.TryParse(name[(dash + 1)..], out _) ? name[..dash] : name;
        stem = stem[..Math.Min(stem.Length, ResourceNames.MaxLength - 6)].TrimEnd('-');
        var number = 2;
        while (used.Contains($"{stem}-{number}"))
        {
            number++;
        }

        return $"{stem}-{number}";
    }

    private static AuditSubject Subject(Tenant tenant, string principal) => new("credential", principal, tenant.Id);
}
