"""The words by which a draft is compared with the notes: those that state nothing, and those that state much."""

from __future__ import annotations

from ftcore.drafting.stems import stem, stems

# Labels, polite formulas and the verbs of every offer: they state nothing about this job.
_LABELS = """
poste travail travaille entreprise mission profil condition contrat lieu horaire salaire remuneration brut
experience debut nombre titre metier employeur offre emploi candidat candidate candidature personne recherche
rejoindre rejoignez equipe assurer realiser effectuer participer veiller contribuer garantir devoir devrez
pouvoir pourrez preciser bon bonne bien competence requis souhaite accepte type duree date prise compter partir
pourvoir temps semaine mois heure jour annee activite tache fonction role cadre sein possible selon different
differente principal principale divers diverse charge amene maitrise connaissance savoir faire sens aptitude
capacite situe base responsabilite besoin cherchons interesse envoyer postuler cv rythme minimum exige
obligatoire indispensable souhaitez recherchons titulaire permis categorie diplome langue niveau prevoir prevu
partie ensemble lien notamment egalement avenir venez recrute recrutons occupation description annonce
informations pratiques avantages horaires remunere votre vous nous interviendrez intervenir serez aurez etes
avez obtenir entree disposition conditions missions necessaire valide pourvu definir convenir indique avant
apres nature detail plein complet partiel cdi cdd net euro euros hebdomadaire an ans serait
seraient etait sont ont peut peuvent
"""
_BENEFITS = """
mutuelle prime ticket interessement rtt panier cheque logement loge nourri teletravail prevoyance creche bonus
commission participation anciennete voiture vehicule telephone ordinateur pourboire formation
"""
_CONDITIONS = "nuit weekend ferie deplacement astreinte coupure renouvelable evolution"
_DAYS = """
lundi mardi mercredi jeudi vendredi samedi dimanche
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
"""

LABEL_WORDS = frozenset(stems(_LABELS))
# One such word is a statement, even in a sentence that the notes support; the value says why.
TOLD_STRICTLY = {
    stem(word): why
    for listed, why in (
        (_BENEFITS, "cet avantage n'est pas dans les notes"),
        (_CONDITIONS, "cette condition de travail n'est pas dans les notes"),
        (_DAYS, "ce jour ou ce mois n'est pas dans les notes"),
    )
    for word in listed.split()
}
WORKING_TIMES = {"temps plein": "plein", "temps complet": "plein", "temps partiel": "partiel", "mi-temps": "partiel"}
