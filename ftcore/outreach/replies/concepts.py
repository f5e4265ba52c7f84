"""What words are about: a word never met in the labelled set ("rééducation") still counts as one of its kind.

The statistical model reads the names of these kinds beside the words themselves; nothing is decided here.
"""

from __future__ import annotations

from functools import lru_cache

# What they are about, and the beginnings of folded words ("=" before a whole word).
_TABLE = {
    "family": "mari= femme= epou conjoint compagn mere= maman pere= papa fille fils= frere soeur enfant bebe"
    " gamin gosse"
    " famil belle-m parent grossesse accouch nounou creche nourrice garderie ecole= aidant tante= oncle= cousin",
    "health": "malad sante medecin medical medic docteur hopital hospital opere operation genou dos= epaule jambe bras="
    " mal= douleur fatigu depress burn invalid handicap rqth inapte reeduc convalesc chirurg cancer grippe blesse"
    " fractur casse allerg enceinte therapeut kine maternite accident soign",
    "travel": "permis voiture vehicul bus= car= train= tram= metro= scooter velo= moto= transport trajet route= km="
    " kilometre distance covoitur navette motoris conduire deplac loin= eloign proche= gare= parking essence autoroute",
    "money": "salaire paye= paie= remuner smic= euro argent= brut= net= prime taux= tarif gagn montant treizieme 13e="
    " indemn ticket mutuelle allocation chomage= rsa= are= droit",
    "time": "horaire heure jour= jours= matin soir= nuit midi= journee semaine weekend week= end= samedi dimanche lundi"
    " mardi mercredi jeudi vendredi planning minuit dimanches weekends 3x8= 2x8= coupure",
    "date": "janvier fevrier mars= avril= mai= juin= juillet aout= septembre octobre novembre decembre demain"
    " aujourd maintenant prochain noel= fetes= rentree printemps ete= hiver= mois= annee bientot",
    "place": "ville= adresse lieu= quartier endroit secteur= zone= region departement localis situe situer habite"
    " demenag loge domicile agglo village centre= rue= banlieue etranger",
    "work": "travail emploi= poste metier job= taf= contrat cdi= cdd= interim mission entreprise societe boite= patron"
    " employeur usine= magasin restaur batiment bosse bosser embauch recrut alternance stage= saison equipe chantier"
    " activite= profession travaill",
    "trade": "infirmi secretair cuisin macon= plomb chauffeur vendeu comptab menage= boulang caissi serveu aide-soign"
    " agent= electric soud peintr mecanic coiffeu magasin manutent preparat livreu ouvrier technicien commercial"
    " assistant educat professeur jardini couvreur menuis informat logist nettoy secur gardien agricol",
    "study": "formation= etude= etudes= etudi diplome bac= cap= bep= bts= licence= master= certif concours examen"
    " cours="
    " universit lycee fac= ecoles apprent reconver titre= niveau= caces= ssiap= habilit fimo= bafa= deaes= code=",
    "found": "trouve= retrouve= signe= embauche= pris= prise= accepte= commence= repris= renouvel garde= decroch"
    " recrute= engage= demarre= cree= lance= monte=",
    "retired": "retrait pension= senior",
    "want": "veux= voudrais= souhait aimerais= desire envie= prefer prefere= accepte= prends= postul candidat= interess"
    " motiv= motive= motivee tente= preneu partant volontair plait= plairait convien correspond chaud chaude branche=",
    "free": "disponible= disponib libre= libres= pret= prete= prets=",
    "can": "peux= peut= pourrai pourrais= pouvoir= possible= capable= permet= mesure=",
    "doubt": "peut-et reflech hesit depend= dependr dependra voir= verrai verra= verrai sais= saurai eventuel"
    " sur= sure="
    " certain= doute= probabl theorie= principe= mitige decid selon= suivant= fonction= attend= attends= partage tenter"
    " tiens= redis= redirai confirme= confirmerai reponds= repondrai dirai= reviens=",
    "limit": "si= sauf= seulement uniquement condition reserve= mais= cependant toutefois hormis juste= que= sinon",
    "ask": "combien quel= quelle= quels= quelles= comment pourquoi= ou= quand= qui= quoi= lequel laquelle est-ce"
    " savoir="
    " connaitre= precis detail info= renseign expliqu indiqu donne= donnez= dites= question comprendre=",
    "phone": "appel= appelez= appeler= appelle= rappelez= rappeler= rappelle= rappel= telephon joindre= joign fil="
    " oral= vocal vive= parler= parlez= parle= discut echang joignable visio",
    "meet": "rendez= rencontr conseill humain= agence= bureau= entretien recevoir= recu= recue= creneau passer= passe="
    " venir= viens= viendrai face= guichet",
    "other": "trompe= tromp erreur= numero= destin personne= connais= connait= inconnu nom= prenom appelle="
    " decede= mort="
    " deced proprietaire homonyme confond monsieur= madame= portable=",
    "good": "bien= super= parfait= top= genial= nickel= cool= excellent content ravi= merveill ideal plaisir= joie="
    " opportun chance= avantag impec",
    "bad": "nul= nuls= mauvais arnaqu honte= honteu dur= difficil penible complique galere marre= ras= moque"
    " foutre= con="
    " connard escroc voleur incapable lament faineant bas= peu= trop=",
    "laugh": "lol= blague= rire= drole= rigol humour= reve= reves= plaisant",
    "chat": "tu= te= toi= ton= ta= tes= bisou amour= cheri coeur= pote= mec= anniversaire pain= courses= film= soiree="
    " mange= manger= dors= dormir= chez= photo vacances= fete= match= cine= plage= resto=",
    "office": "dossier= actualis espace= site= appli compte= radie= paiement virement versement inscri carte= droits="
    " attestation document= documents= papiers=",
    "machine": "system= admin ignore= instruct consigne= statut status= prompt output answer= classe= marque= consider"
    " robot= ia= assistant= chatgpt json= select= update= set= script programme= mode= score= yes= commande= regle="
    " regles= ordre= algorithme= bot= directeur= valide= validez= override hired=",
    "greet": "bonjour= merci= cordial salut= bonne= journee= soiree= desole= plait= vous=",
    "deny": "non= pas= plus= jamais= rien= aucun= aucune= sans= ni= impossible refus declin renonc negatif annul",
    "affirm": "oui= ok= accord= volontiers certes evidemment absolument carrement affirmatif favorable positif",
}  # fmt: skip

_WHOLE: dict[str, str] = {}
_BEGINNINGS: list[tuple[str, str]] = []
for _name, _listed in _TABLE.items():
    for _item in _listed.split():
        if _item.endswith("="):
            _WHOLE.setdefault(_item[:-1], _name)
        else:
            _BEGINNINGS.append((_item, _name))


@lru_cache(maxsize=50_000)
def concept(word: str) -> str:
    """What a folded word is about, or nothing."""
    known = _WHOLE.get(word)
    if known is not None:
        return known
    return next((name for beginning, name in _BEGINNINGS if word.startswith(beginning)), "")
